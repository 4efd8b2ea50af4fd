import type { Locator } from '@playwright/test';

import { expect, open, type Page, signIn, test, unique } from '../fixtures';
import { CredentialForm } from '../pages/credentials';
import { CreateHereForm, McpServerForm } from '../pages/mcp-servers';
import { SignInAgainDialog } from '../pages/sign-in';
import { AccountMenu } from '../pages/users';
import { makeRecords, SIGNED_OUT_PAGES, signedInPages } from '../support/records';
import { expectNothingSideways, WIDTHS } from '../support/widths';

/**
 * Lengthens every visible word by 40 %, as a translation may, with accents above and below: texts, placeholders and
 * the heads of columns. Names for screen readers alone stay as they are, since they take no room, and so do IDs,
 * addresses and code; other contents of records grow like the words.
 */
async function pseudoLocalize(page: Page): Promise<void> {
  await page.evaluate(() => {
    const accents: Record<string, string> = { a: 'å', e: 'é', i: 'î', o: 'ö', u: 'ų', A: 'Å', E: 'É', I: 'Î', O: 'Ö', U: 'Ų' };
    const longer = (text: string) => {
      const words = text.trim();
      if (!/[A-Za-z]/.test(words)) return text;
      const accented = words.replace(/[aeiouAEIOU]/g, (letter) => accents[letter] ?? letter);
      return text.replace(words, `${accented} ${'ëxtra '.repeat(Math.ceil(words.length * 0.4)).slice(0, Math.ceil(words.length * 0.4))}`.trim());
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts: Text[] = [];
    while (walker.nextNode()) texts.push(walker.currentNode as Text);
    for (const text of texts) if (!text.parentElement?.closest('script, style, code, kbd, .id, .mono')) text.data = longer(text.data);
    // In the narrow form of a table the heads of its columns come from `data-label`.
    for (const name of ['placeholder', 'data-label']) {
      for (const element of document.querySelectorAll(`[${name}]`)) element.setAttribute(name, longer(element.getAttribute(name) ?? ''));
    }
  });
}

/** What sticks out of its page, dialog or button, or is cut off without a way to read it. */
async function expectItFits(page: Page, what: string): Promise<void> {
  const faults = await page.evaluate(() => {
    const found: string[] = [];
    const wide = [document.documentElement, ...document.querySelectorAll('main, dialog[open], dialog[open] .dialog-body')];
    for (const { tagName, className, scrollWidth, clientWidth } of wide) {
      if (scrollWidth > clientWidth) found.push(`${tagName}.${className} scrolls sideways: ${scrollWidth} in ${clientWidth}`);
    }
    for (const control of document.querySelectorAll<HTMLElement>('main button, main a.button, dialog[open] button, dialog[open] a.button, nav a')) {
      if (!control.checkVisibility()) continue;
      const box = control.getBoundingClientRect();
      if (box.width > 1 && (box.left < -1 || box.right > window.innerWidth + 1)) found.push(`${control.textContent} is outside the screen`);
      if (control.scrollHeight > control.clientHeight + 2 && getComputedStyle(control).overflow === 'hidden') found.push(`${control.textContent} is cut off`);
    }
    return found;
  });
  expect(faults, what).toEqual([]);
}

/** Opens a page, makes its words longer and checks that they fit. */
async function expectLongWordsFit(page: Page, path: string, shown: Locator): Promise<void> {
  await open(page, path);
  await expect(shown).toBeVisible();
  await pseudoLocalize(page);
  await expectItFits(page, path);
}

for (const width of WIDTHS) {
  test.describe(`words that are 40 % longer fit at ${width} px`, () => {
    test.use({ viewport: { width, height: 900 } });

    test('on the pages of the signed-out', async ({ page }) => {
      const heading = page.getByRole('heading', { level: 1 });
      for (const path of SIGNED_OUT_PAGES) await expectLongWordsFit(page, path, heading);
    });

    test('on every page', async ({ page, server, api, openMcp }) => {
      test.slow();
      const made = await makeRecords(await api('administrator'), openMcp);
      await signIn(page, server, 'administrator');
      const heading = page.getByRole('heading', { level: 1 });
      for (const path of signedInPages(made)) await expectLongWordsFit(page, path, heading);
      await open(page, `/audit?target=${made.credential}`);
      await page.locator('summary').first().click();
      await pseudoLocalize(page);
      await expectItFits(page, 'an unfolded row of the trail');
    });

    test('inside every list', async ({ page, server, api, openMcp }) => {
      await makeRecords(await api('administrator'), openMcp);
      await signIn(page, server, 'administrator');
      for (const path of ['/credentials', '/mcp-servers', '/model-bindings', '/users', '/audit']) {
        await open(page, path);
        await expect(page.getByRole('row').last()).toBeVisible();
        await pseudoLocalize(page);
        await expectNothingSideways(page, path);
      }
    });

    test('in every dialog', async ({ page, server, api, openMcp }) => {
      test.slow();
      const client = await api('administrator');
      const made = await makeRecords(client, openMcp);
      await signIn(page, server, 'administrator');
      const dialog = page.getByRole('dialog');
      const button = dialog.getByRole('button', { name: /^(Cancel|Close)$/ }).last();
      const list = `/credentials?search=${made.credential}`;
      for (const path of [
        `${list}&dialog=add`,
        `${list}&edit=${made.credential}`,
        `${list}&rename=${made.credential}`,
        `${list}&hosts=${made.credential}`,
        `${list}&delete=${made.credential}`,
        '/mcp-servers?dialog=add',
        `/mcp-servers?edit=${made.server}`,
        `/mcp-servers?delete=${made.server}`,
        '/model-bindings?dialog=add',
        `/model-bindings?edit=${made.binding}`,
        `/model-bindings?delete=${made.binding}`,
        '/users?dialog=add',
        `/users?edit=${made.user}`,
        `/users?link=${made.user}`,
        `/users?switch=${made.user}`,
        `/users?delete=${made.user}`,
      ]) {
        await expectLongWordsFit(page, path, button);
      }
      await expectLongWordsFit(page, `/mcp-servers?tools=${made.server}`, dialog.getByText('echo', { exact: true }));
      await expectLongWordsFit(page, `/mcp-servers?test=${made.server}`, dialog.getByText(/^Connected\./));
      await expectLongWordsFit(page, `/model-bindings?test=${made.binding}`, dialog.getByRole('button', { name: 'Test again' }));
      await open(page, `/users?link=${made.user}`);
      await dialog.getByRole('button', { name: 'Create link' }).click();
      await expect(dialog.getByRole('textbox', { name: 'Link' })).toBeVisible();
      await pseudoLocalize(page);
      await expectItFits(page, 'the link of a user');
    });

    test('on the page of an unknown address', async ({ page, server, guard }) => {
      guard.allow(/status of 404/);
      const heading = page.getByRole('heading', { level: 1, name: 'Page not found' });
      await expectLongWordsFit(page, '/nothing-here', heading);
      await signIn(page, server, 'administrator');
      await expectLongWordsFit(page, '/nothing-here', heading);
    });

    test('in the dialogs that open from another place than an address', async ({ page, server, context }) => {
      test.slow();
      await signIn(page, server, 'administrator');
      await open(page, '/credentials');
      if (width < 760) await page.getByRole('button', { name: 'Menu', exact: true }).click();
      await new AccountMenu(page).openShortcuts();
      await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
      await pseudoLocalize(page);
      await expectItFits(page, 'the shortcuts');

      await open(page, '/credentials?dialog=add');
      const form = new CredentialForm(page);
      await form.name().fill('TYPED');
      await page.keyboard.press('Escape');
      await expect(form.keep()).toBeVisible();
      await pseudoLocalize(page);
      await expectItFits(page, 'the question before typed text is lost');

      // The form was changed: the browser asks before it is left.
      page.on('dialog', (dialog) => void dialog.accept());
      const [outer, inner, again] = [new McpServerForm(page), new CreateHereForm(page), new SignInAgainDialog(page)];
      const createHere = async () => {
        await open(page, '/mcp-servers?dialog=add');
        const search = unique('INLINE_WITH_LONG_WORDS');
        await outer.url().fill('https://mcp.example.com/mcp');
        await outer.picker.field().fill(search);
        await outer.picker.row(/Create credential/).click();
        await expect(inner.name()).toHaveValue(search);
      };
      await createHere();
      await pseudoLocalize(page);
      await expectItFits(page, 'creating a credential above a form');

      await createHere();
      await inner.value.paste('canary-2fd6-inline');
      await context.clearCookies();
      await inner.save().click();
      await expect(again.password()).toBeVisible();
      await pseudoLocalize(page);
      await expectItFits(page, 'signing in again above two forms');
    });
  });
}
