import type { Locator, Page } from '@playwright/test';

/** The page where a visitor becomes a user. */
export class SignInPage {
  constructor(private readonly page: Page) {}

  readonly heading = () => this.page.getByRole('heading', { name: 'Sign in' });
  readonly email = () => this.page.getByLabel('Email');
  readonly password = () => this.page.getByLabel('Password');
  readonly error = () => this.page.getByRole('alert');

  async goto(): Promise<void> {
    await this.page.goto('/sign-in');
  }

  /** Fills the form and sends it, as a person does. */
  async signIn(user: { email: string; password: string }): Promise<void> {
    await this.email().fill(user.email);
    await this.password().fill(user.password);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
  }
}

/** The dialog above a form whose session has ended. */
export class SignInAgainDialog {
  readonly dialog: Locator;

  constructor(page: Page) {
    this.dialog = page.getByRole('dialog', { name: 'Sign in again' });
  }

  readonly email = () => this.dialog.getByLabel('Email');
  readonly password = () => this.dialog.getByLabel('Password');
  readonly signIn = () => this.dialog.getByRole('button', { name: 'Sign in' });
}
