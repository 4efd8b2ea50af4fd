import type { Locator, Page } from '@playwright/test';

/** The list of users. */
export class UsersPage {
  constructor(private readonly page: Page) {}

  readonly heading = () => this.page.getByRole('heading', { level: 1, name: 'Users' });
  readonly table = () => this.page.getByRole('table', { name: 'Users' });
  readonly search = () => this.page.getByRole('searchbox', { name: 'Search by name or email' });
  readonly add = () => this.page.getByRole('link', { name: 'Add user' });
  readonly link = (name: string) => this.table().getByRole('link', { name, exact: true });
  readonly row = (name: string) => this.table().getByRole('row').filter({ has: this.page.getByRole('link', { name, exact: true }) });
  readonly operation = (words: string, name: string) => this.page.getByRole('link', { name: `${words} ${name}`, exact: true });
  readonly more = (name: string) => this.page.getByRole('button', { name: `More actions for ${name}`, exact: true });
  readonly item = (words: string) => this.page.getByRole('menuitem', { name: words });
  readonly messages = () => this.page.getByRole('status', { name: 'Messages' });

  /** Chooses an entry of the menu of a row. */
  async choose(name: string, words: string): Promise<void> {
    await this.more(name).click();
    await this.item(words).click();
  }
}

/** A dialog about a user. */
export class UserDialog {
  readonly dialog: Locator;

  constructor(page: Page, title: string | RegExp) {
    this.dialog = page.getByRole('dialog', { name: title });
  }

  readonly name = () => this.dialog.getByRole('textbox', { name: 'Name' });
  readonly email = () => this.dialog.getByRole('textbox', { name: 'Email' });
  readonly role = (role: string) => this.dialog.getByRole('radio', { name: new RegExp(`^${role}`) });
  readonly link = () => this.dialog.getByRole('textbox', { name: 'Link' });
  readonly button = (words: string) => this.dialog.getByRole('button', { name: words, exact: true });
  readonly choice = (words: string) => this.dialog.getByRole('radio', { name: new RegExp(`^${words}`) });
  readonly newOwner = () => this.dialog.getByRole('combobox', { name: 'New owner' });
  readonly confirmation = () => this.dialog.getByRole('textbox', { name: /^To confirm, type / });
}

/** The page behind a link from an administrator. */
export class WelcomePage {
  constructor(private readonly page: Page) {}

  readonly heading = () => this.page.getByRole('heading', { name: 'Choose your password' });
  readonly link = () => this.page.getByLabel('Link', { exact: true });
  readonly password = () => this.page.getByLabel('New password');
  readonly error = () => this.page.getByRole('alert');

  async choose(password: string): Promise<void> {
    await this.password().fill(password);
    await this.page.getByRole('button', { name: 'Save and sign in' }).click();
  }
}

/** The button at the foot of the navigation, and what it opens. */
export class AccountMenu {
  constructor(private readonly page: Page) {}

  readonly area = () => this.page.getByRole('region', { name: 'Account' });
  readonly button = () => this.area().getByRole('button', { name: /^Account menu, / });
  readonly theme = () => this.area().getByRole('group', { name: 'Theme' });
  readonly shortcuts = () => this.area().getByRole('button', { name: 'Keyboard shortcuts' });
  readonly account = () => this.area().getByRole('link', { name: 'Your account' });
  readonly signOut = () => this.area().getByRole('button', { name: 'Sign out' });

  async openShortcuts(): Promise<void> {
    await this.button().click();
    await this.shortcuts().click();
  }

  async leave(): Promise<void> {
    await this.button().click();
    await this.signOut().click();
  }
}
