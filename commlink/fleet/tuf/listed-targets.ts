// A targets metadata of any length. The library's own is put together target by target, each time copying all that went before:
// seconds for a thousand, and a thousand packages are released sooner or later. Called by metadata.ts and make-metadata.ts.
import { Metadata, MetadataKind, TargetFile, Targets } from '@tufjs/models';

type JsonObject = ReturnType<Targets['toJSON']>;

/** The same as the library's in all but the time that it takes. */
export class ListedTargets extends Targets {
  override toJSON(): JsonObject {
    const { specVersion, version, expires, unrecognizedFields, delegations } = this;
    const targets = Object.entries(this.targets).map(([path, target]) => [path, target.toJSON()] as const);
    return {
      _type: this.type,
      spec_version: specVersion,
      version,
      expires,
      targets: Object.fromEntries(targets),
      ...unrecognizedFields,
      ...(delegations ? { delegations: delegations.toJSON() } : {}),
    };
  }
}

/** Reads a targets metadata. Throws what the library throws for what is none. */
export function readTargets(data: JsonObject): Metadata<Targets> {
  const { signed } = data;
  if (!isObject(signed) || !isObject(signed['targets'])) throw new TypeError('targets is not an object');
  const listed = signed['targets'];
  const rest = Metadata.fromJSON(MetadataKind.Targets, { ...data, signed: { ...signed, targets: {} } });
  const files = Object.entries(listed).map(([path, target]) => {
    if (!isObject(target)) throw new TypeError('a target is not an object');
    return [path, TargetFile.fromJSON(path, target)] as const;
  });
  const { specVersion, version, expires, unrecognizedFields, delegations } = rest.signed;
  const members = { specVersion, version, expires, unrecognizedFields, targets: Object.fromEntries(files) };
  const targets = new ListedTargets(delegations ? { ...members, delegations } : members);
  return new Metadata(targets, rest.signatures, rest.unrecognizedFields);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
