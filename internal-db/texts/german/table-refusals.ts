// What is wrong with a table of changes. German. Used by the services that refuse.
import type { tableRefusals as Texts } from '../english/table-refusals.ts';

/** Each sentence by what is so. */
export const tableRefusals: typeof Texts = {
  atLine: (line, problem) => `Zeile ${line}: ${problem}`,
  ofTheTable: (problem) => `Die Tabelle: ${problem}`,
  workbook: 'Das ist eine Arbeitsmappe. Speichern Sie ihr Blatt als „CSV UTF-8“, und nehmen Sie diese Datei.',
  unreadable:
    'Hier ist ein Zeichen nicht zu lesen. Speichern Sie die Tabelle in UTF-8 (Excel: „CSV UTF-8“), und nehmen Sie sie noch einmal.',
  empty: 'Unter den Überschriften steht keine Zeile.',
  tooLong: (max) => `Mehr als ${max} Zeilen: Teilen Sie die Tabelle.`,
  noColumn: (name) => `Eine Spalte „${name}“ gibt es nicht.`,
  noTable: (why) => `Das ist keine lesbare Tabelle: ${why}.`,
  changes: 'In der Spalte „change“ steht grant, extend oder revoke.',
  column: (name) => `Berichtigen Sie die Spalte „${name}“.`,
  day: (column) => `Schreiben Sie den Tag in der Spalte „${column}“ als 31.1.2027 oder 2027-01-31.`,
  dayOrNever: (column) =>
    `Schreiben Sie den Tag in der Spalte „${column}“ als 31.1.2027 oder 2027-01-31. Um das Ende wegzunehmen, schreiben Sie never.`,
};
