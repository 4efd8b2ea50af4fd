import type { Locator, Page } from '@playwright/test';

import { ValueField } from './value-field';

/** The list of credentials. */
export class CredentialsPage {
  constructor(private readonly page: Page) {}

  readonly heading = () => this.page.getByRole('heading', { level: 1, name: 'Credentials' });
  readonly table = () => this.page.getByRole('table', { name: 'Credentials' });
  readonly search = () => this.page.getByRole('searchbox', { name: 'Search by name' });
  readonly add = () => this.page.getByRole('link', { name: 'Add credential' }).first();
  readonly link = (name: string) => this.table().getByRole('link', { name, exact: true });
  readonly row = (name: string) => this.table().getByRole('row').filter({ has: this.page.getByRole('link', { name, exact: true }) });
  readonly operation = (words: string, name: string) => this.page.getByRole('link', { name: `${words} ${name}`, exact: true });
  readonly more = (name: string) => this.page.getByRole('button', { name: `More actions for ${name}`, exact: true });
  readonly pages = () => this.page.getByRole('navigation', { name: 'Pages' });
  readonly messages = () => this.page.getByRole('status', { name: 'Messages' });

  /** The names in the order of the rows. */
  async names(): Promise<string[]> {
    const links = this.table().locator('tbody').getByRole('row').locator('td:first-child > a');
    return links.evaluateAll((found) => found.map((link) => link.getAttribute('aria-label') ?? ''));
  }
}

/** A dialog that adds or changes a credential. */
export class CredentialForm {
  readonly dialog: Locator;
  readonly value: ValueField;

  constructor(
    private readonly page: Page,
    title: string | RegExp = 'Add credential',
  ) {
    this.dialog = page.getByRole('dialog', { name: title });
    this.value = new ValueField(this.dialog);
  }

  readonly name = () => this.dialog.getByRole('textbox', { name: 'Name' });
  readonly onlyRename = () => this.dialog.getByRole('checkbox', { name: 'Keep the current value' });
  readonly save = () => this.dialog.getByRole('button', { name: 'Save' });
  readonly cancel = () => this.dialog.getByRole('button', { name: 'Cancel', exact: true });
  readonly question = () => this.page.getByRole('alertdialog', { name: 'Discard your changes?' });
  readonly discard = () => this.question().getByRole('button', { name: 'Discard' });
  readonly keep = () => this.question().getByRole('button', { name: 'Keep editing' });
}

/** The question before a credential is destroyed. */
export class DeleteDialog {
  readonly dialog: Locator;

  constructor(page: Page, name: string) {
    this.dialog = page.getByRole('dialog', { name: `Delete ${name}?` });
  }

  readonly cancel = () => this.dialog.getByRole('button', { name: 'Cancel', exact: true });
  readonly delete = () => this.dialog.getByRole('button', { name: 'Delete', exact: true });
  readonly deleteAnyway = () => this.dialog.getByRole('button', { name: 'Delete anyway' });
  readonly confirmation = () => this.dialog.getByRole('textbox', { name: /^To confirm, type / });
  /** What uses it, and then the counts of what is not listed. */
  readonly references = () => this.dialog.getByRole('listitem');
}
