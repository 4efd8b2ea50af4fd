import type { Locator, Page } from '@playwright/test';

/** The audit trail. */
export class AuditPage {
  constructor(private readonly page: Page) {}

  readonly heading = () => this.page.getByRole('heading', { level: 1, name: 'Audit trail' });
  readonly table = () => this.page.getByRole('table', { name: 'Audit trail' });
  readonly rows = () => this.table().locator('tbody').getByRole('row');
  readonly row = (words: string | RegExp) => this.rows().filter({ hasText: words });
  readonly filters = () => this.page.getByRole('form', { name: 'Filters' });
  readonly action = () => this.filters().getByRole('combobox', { name: 'Action' });
  readonly outcome = () => this.filters().getByRole('combobox', { name: 'Outcome' });
  readonly host = () => this.filters().getByRole('textbox', { name: 'Host' });
  readonly from = () => this.filters().getByRole('textbox', { name: 'From', exact: true });
  readonly to = () => this.filters().getByRole('textbox', { name: 'To', exact: true });
  readonly clear = () => this.page.getByRole('link', { name: 'Clear filters' });
  readonly export = () => this.page.getByRole('link', { name: 'Export', exact: true });
  readonly search = () => this.page.getByRole('searchbox', { name: 'Search by name' });
  readonly pages = () => this.page.getByRole('navigation', { name: 'Pages' });
  /** A way from an unfolded row to others like it. */
  readonly way = (words: string) => this.rows().getByRole('link', { name: words, exact: true });
  /** What the trail is narrowed to; pressed, it is taken away. */
  readonly chip = (words: string) => this.page.getByRole('link', { name: `Remove filter: ${words}`, exact: true });

  /** What stands in a column, each text once. */
  async column(head: string): Promise<string[]> {
    const heads = await this.table().getByRole('columnheader').allInnerTexts();
    const cells = this.rows().locator(`td:nth-child(${heads.indexOf(head) + 1})`);
    return [...new Set((await cells.allInnerTexts()).map((text) => text.trim()))];
  }

  /** Shows all that is known of a row. */
  async unfold(row: Locator): Promise<void> {
    await row.locator('summary').click();
  }
}
