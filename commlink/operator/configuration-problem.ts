// What a check of a cluster's configuration finds. Callers: validate-configuration.ts and the checks that it is made of.

/** Something that can't work: `path` is a JSON pointer into the configuration, `message` a plain sentence. */
export interface ConfigurationProblem {
  readonly path: string;
  readonly message: string;
}
