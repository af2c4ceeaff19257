// Turns `:name` parameters into PostgreSQL's numbered ones. Called by postgres-statements.ts for the SQL of ../sql/.
// Texts in quotation marks and casts (`::`) are left alone; the SQL has no comments.
const tokenPattern = /'(?:[^']|'')*'|"[^"]*"|::|:([A-Za-z]\w*)/g;

/** A statement with `$1`, `$2`, …, and whose values these are. */
export interface NumberedSql {
  readonly text: string;
  readonly names: readonly string[];
}

/** Numbers the parameters in the order in which they first appear; one that appears again keeps its number. */
export function numberParameters(sql: string): NumberedSql {
  const names: string[] = [];
  const text = sql.replaceAll(tokenPattern, (token, name: string | undefined) => {
    if (name === undefined) return token;
    if (!names.includes(name)) names.push(name);
    return `$${names.indexOf(name) + 1}`;
  });
  return { text, names };
}
