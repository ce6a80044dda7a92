import { Column, PrimaryColumn, type ColumnOptions } from 'typeorm';

/** Column types that every table writes alike. Types are said, never inferred: a union of strings has none at run time. */
export const Text = (options: ColumnOptions = {}): PropertyDecorator => Column({ type: 'text', ...options });
export const TextList = (): PropertyDecorator => Column({ type: 'text', array: true });
export const Uuid = (options: ColumnOptions = {}): PropertyDecorator => Column({ type: 'uuid', ...options });
export const Double = (options: ColumnOptions = {}): PropertyDecorator =>
  Column({ type: 'double precision', ...options });
export const Int = (options: ColumnOptions = {}): PropertyDecorator => Column({ type: 'int', ...options });
export const Flag = (options: ColumnOptions = {}): PropertyDecorator => Column({ type: 'boolean', ...options });
/** Milliseconds are what a Date holds. */
export const Time = (options: ColumnOptions = {}): PropertyDecorator =>
  Column({ type: 'timestamptz', precision: 3, ...options });
export const Bytes = (options: ColumnOptions = {}): PropertyDecorator => Column({ type: 'bytea', ...options });
/** AES-256-GCM under the subject's data key, bound to its place by `placeOf`; null once the subject was erased. */
export const Sealed = (): PropertyDecorator => Bytes({ nullable: true });
export const Id = (type: 'uuid' | 'text' | 'int' = 'uuid'): PropertyDecorator => PrimaryColumn({ type });

/** A 64-bit counter that stays far below 2⁵³. */
export const bigNumber = {
  to: (value: number | null | undefined): number | null | undefined => value,
  from: (value: string | null): number | null => (value === null ? null : Number(value)),
};

/** Where a sealed value belongs: a value moved to another table, tenant or row does not open there. */
export function placeOf(table: string, tenant: string, ...id: readonly (string | number)[]): string {
  return JSON.stringify([table, tenant, ...id]);
}
