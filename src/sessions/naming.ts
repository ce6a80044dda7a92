import { DefaultNamingStrategy } from 'typeorm';

/** Columns are snake_case in the database, so that nobody has to quote them, and camelCase in the program. */
export class SnakeCase extends DefaultNamingStrategy {
  override columnName(property: string, custom: string | undefined): string {
    return custom ?? property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  }
}
