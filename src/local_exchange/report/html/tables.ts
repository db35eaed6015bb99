/** Tables of a page: each scrolls by itself where the screen is narrow. */
import { type Markup, markup } from "./markup.ts";

/** A column. */
export interface Column<Row> {
  readonly name: string;
  readonly of: (row: Row) => string | number | Markup;
  /** Figures stand on the right. */
  readonly isFigure?: boolean;
}

/** A text column. */
export const textColumn = <Row>(name: string, of: Column<Row>["of"]): Column<Row> => ({ name, of });

/** A column of figures. */
export const figureColumn = <Row>(name: string, of: Column<Row>["of"]): Column<Row> => ({
  name,
  of,
  isFigure: true,
});

/** A table; the first column names the row. */
export function tableOf<Row>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Markup {
  const cellOf = (row: Row, { of, isFigure }: Column<Row>, index: number): Markup =>
    index === 0
      ? markup`<th scope="row">${of(row)}</th>`
      : isFigure
      ? markup`<td class="figure">${of(row)}</td>`
      : markup`<td>${of(row)}</td>`;
  return markup`
    <div class="scroll" tabindex="0" role="region" aria-label="${caption}">
      <table>
        <caption>${caption}</caption>
        <thead>
          <tr>${
    columns.map(({ name, isFigure }) =>
      isFigure ? markup`<th scope="col" class="figure">${name}</th>` : markup`<th scope="col">${name}</th>`
    )
  }</tr>
        </thead>
        <tbody>${
    rows.map((row) =>
      markup`
            <tr>${columns.map((column, index) => cellOf(row, column, index))}</tr>
          `
    )
  }
        </tbody>
      </table>
    </div>
  `;
}
