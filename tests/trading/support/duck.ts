/** Another program's reader of Parquet: DuckDB. */
import { DuckDBInstance } from "@duckdb/node-api";

/** What a query finds, with whole numbers of 64 bits as text. */
export async function query(sql: string): Promise<Record<string, unknown>[]> {
  const database = await DuckDBInstance.create(":memory:");
  try {
    const connection = await database.connect();
    try {
      return (await connection.runAndReadAll(sql)).getRowObjectsJson();
    } finally {
      connection.closeSync();
    }
  } finally {
    database.closeSync();
  }
}
