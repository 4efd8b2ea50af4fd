import { axeCheck, expect, open, signIn, test, unique } from '../fixtures';
import { CredentialForm, CredentialsPage } from '../pages/credentials';
import { ValueField } from '../pages/value-field';
import { expectNoneOf, expectNowhere } from '../support/nowhere';

const CANARY = 'canary-4b1d-value-field';
/** Characters that no other text of the page has: each alone gives a leak away. */
const MARKS = 'ΩΨЖЯжя☃☂😀🔑漢';

/** The mask of a text, as the concealed field has it. */
const bullets = (text: string) => text.replaceAll(/[^\n]/gu, '•');

test.beforeEach(async ({ page, server }) => {
  await signIn(page, server, 'administrator');
  await open(page, '/credentials?dialog=add');
});

test('a concealed value is nowhere in the page once the field is left', async ({ page }) => {
  const dialog = page.getByRole('dialog', { name: 'Add credential' });
  const value = new ValueField(dialog);
  await value.paste(`${CANARY}\nsecond line`);
  await expect(value.text()).toHaveAttribute('placeholder', '•••••••• (2 lines)');
  expect(await value.text().inputValue()).toBe('');
  expect(await dialog.ariaSnapshot()).not.toContain(CANARY);
  expect(await page.content()).not.toContain(CANARY);
  expect(await page.locator('body').innerText()).not.toContain(CANARY);
});

test('a concealed value is neither in the element nor in the accessibility tree while it is typed', async ({ page }) => {
  const value = new ValueField(page.getByRole('dialog', { name: 'Add credential' }));
  await value.text().focus();
  let typed = '';
  for (const key of ['Ω', 'ж', '😀', 'Enter', '☃', '漢', 'Enter', '🔑']) {
    if (key === 'Enter') await page.keyboard.press(key);
    else await page.keyboard.insertText(key);
    typed += key === 'Enter' ? '\n' : key;
    await expect(value.text()).toBeFocused();
    await expect(value.text()).toHaveValue(bullets(typed));
    await expectNoneOf(page, MARKS, `after ${typed.length} code units`);
  }
  await value.show().click();
  await expect(value.text()).toHaveValue(typed);
  await value.show().click();
  await expect(value.text()).toHaveValue('');
  await expect(value.text()).toHaveAttribute('placeholder', '•••••••• (3 lines)');
  await expectNoneOf(page, MARKS, 'after Show has ended');
});

test('a concealed value is edited in every way that a text is, and saved as it was edited', async ({ page }) => {
  const form = new CredentialForm(page);
  const { value } = form;
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const holds = async (text: string) => {
    await expect(value.text()).toHaveValue(bullets(text));
    await expectNoneOf(page, MARKS, bullets(text));
  };
  await value.text().focus();
  await page.keyboard.insertText('ΩΨЖЯ\n😀жя\n☃');
  await holds('ΩΨЖЯ\n😀жя\n☃');
  // In the middle, behind a character of two code units.
  await press('ArrowUp', 'Home', 'ArrowRight');
  await page.keyboard.insertText('漢');
  await holds('ΩΨЖЯ\n😀漢жя\n☃');
  await press('Backspace', 'Backspace');
  await holds('ΩΨЖЯ\nжя\n☃');
  await press('Delete');
  await holds('ΩΨЖЯ\nя\n☃');
  // A line break forwards, and one backwards.
  await press('End', 'Delete', 'ArrowUp', 'End', 'Delete');
  await holds('ΩΨЖЯя☃');
  await press('ArrowLeft', 'Enter');
  await holds('ΩΨЖ\nЯя☃');
  // A selection is replaced, over the line break.
  await press('ArrowLeft', 'ArrowLeft', 'Shift+ArrowRight', 'Shift+ArrowRight', 'Shift+ArrowRight');
  await page.keyboard.insertText('🔑•');
  await holds('ΩΨ🔑•я☃');
  await page.keyboard.insertText('•');
  await holds('ΩΨ🔑••я☃');
  await press('Shift+End');
  await press('Delete');
  await holds('ΩΨ🔑••');
  await page.keyboard.insertText(' ☂');
  await holds('ΩΨ🔑•• ☂');
  await form.name().fill(unique('EDITED'));
  const sent = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/api/v1/credentials'));
  await form.save().click();
  expect((await sent).postDataJSON()).toMatchObject({ value: 'ΩΨ🔑•• ☂' });
  await expect(form.dialog).toBeHidden();
  await expectNoneOf(page, MARKS, 'after it was saved');
});

test('words and lines of a concealed value are deleted by the keys of the platform', async ({ page }) => {
  const value = new ValueField(page.getByRole('dialog', { name: 'Add credential' }));
  await value.text().focus();
  await page.keyboard.insertText('Ω Ψ\nЖ Я\nж я');
  await page.keyboard.press('Control+Backspace');
  await expect(value.text()).toHaveValue('•••\n•••\n');
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('Control+Delete');
  const left = await value.text().inputValue();
  await expectNoneOf(page, MARKS, 'after words were deleted');
  await value.show().click();
  // A word is a whole line of bullets.
  expect(left).toBe('\n•••\n');
  await expect(value.text()).toHaveValue('\nЖ Я\n');
});

test('a paste into the concealed field is kept as it is, bullets included', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const value = new ValueField(page.getByRole('dialog', { name: 'Add credential' }));
  const paste = async (text: string) => {
    await page.evaluate((clip) => navigator.clipboard.writeText(clip), text);
    await page.keyboard.press('Control+V');
  };
  await value.text().focus();
  await page.keyboard.insertText('ΩЯ');
  await page.keyboard.press('ArrowLeft');
  await paste('••😀\n•');
  await expect(value.text()).toHaveValue('••••\n••');
  await expectNoneOf(page, MARKS, 'after the paste');
  await paste('••');
  await value.show().click();
  await expect(value.text()).toHaveValue('Ω••😀\n•••Я');
  await value.show().click();
  await value.text().focus();
  await page.keyboard.press('Control+A');
  await paste('•••••••••');
  await page.keyboard.insertText('☃');
  await value.show().click();
  await expect(value.text()).toHaveValue('•••••••••☃');
});

test('undo and redo bring no clear text into the concealed field, and change no value', async ({ page }) => {
  const dialog = page.getByRole('dialog', { name: 'Add credential' });
  const value = new ValueField(dialog);
  const undo = async (when: string) => {
    for (const key of ['Control+Z', 'Control+Z', 'Control+Shift+Z', 'Control+Y', 'Control+Z']) {
      await page.keyboard.press(key);
      await expectNoneOf(page, MARKS, `${key} ${when}`);
    }
  };
  await value.text().focus();
  await page.keyboard.type('ΩΨЖ');
  await page.keyboard.press('Backspace');
  await undo('while it was never shown');
  await expect(dialog.getByText("You can't undo while the value is hidden.")).toBeVisible();
  await value.show().click();
  await expect(value.text()).toHaveValue('ΩΨ');
  // Edits while it is shown go into the browser's history.
  await value.text().focus();
  await page.keyboard.press('End');
  await page.keyboard.type('☃☂');
  await page.keyboard.press('Backspace');
  await value.show().click();
  await value.text().focus();
  await undo('after it was shown');
  await value.show().click();
  await expect(value.text()).toHaveValue('ΩΨ☃');
  // While it is shown, undo works as in every field.
  await value.text().focus();
  await page.keyboard.type('Я');
  await page.keyboard.press('Control+Z');
  await expect(value.text()).toHaveValue('ΩΨ☃');
});

test('a text from an input method is concealed when its composition ends', async ({ page, context }) => {
  const value = new ValueField(page.getByRole('dialog', { name: 'Add credential' }));
  const devtools = await context.newCDPSession(page);
  await value.text().focus();
  await page.keyboard.insertText('ΩΨ');
  await page.keyboard.press('ArrowLeft');
  await devtools.send('Input.imeSetComposition', { text: 'か', selectionStart: 1, selectionEnd: 1 });
  await devtools.send('Input.imeSetComposition', { text: 'かん', selectionStart: 2, selectionEnd: 2 });
  await devtools.send('Input.insertText', { text: '漢' });
  await expect(value.text()).toHaveValue('•••');
  await expectNoneOf(page, `${MARKS}かん`, 'after the composition');
  await page.keyboard.insertText('☃');
  await devtools.send('Input.imeSetComposition', { text: 'Я', selectionStart: 1, selectionEnd: 1 });
  await value.show().click();
  await expect(value.text()).toHaveValue('Ω漢☃ЯΨ');
});

test('Show and its end keep the caret', async ({ page }) => {
  const value = new ValueField(page.getByRole('dialog', { name: 'Add credential' }));
  const toggle = async () => {
    await page.keyboard.press('Tab');
    await expect(value.show()).toBeFocused();
    await page.keyboard.press('Space');
    await page.keyboard.press('Shift+Tab');
    await expect(value.text()).toBeFocused();
  };
  await value.text().focus();
  await page.keyboard.insertText('😀ΩΨ😀');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await toggle();
  await expect(value.text()).toHaveValue('😀ΩΨ😀');
  await page.keyboard.insertText('1');
  await expect(value.text()).toHaveValue('😀Ω1Ψ😀');
  await toggle();
  await expect(value.text()).toHaveValue('•••••');
  await page.keyboard.insertText('2');
  await toggle();
  await expect(value.text()).toHaveValue('😀Ω12Ψ😀');
});

test('a text that a program puts into the concealed field is concealed too', async ({ page }) => {
  const value = new ValueField(page.getByRole('dialog', { name: 'Add credential' }));
  const put = (text: string) =>
    value.text().evaluate((field, text) => {
      (field as HTMLTextAreaElement).value = text;
      field.dispatchEvent(new Event('input', { bubbles: true }));
    }, text);
  await put('ΩΨ\nЖ');
  await expect(value.text()).toHaveValue('');
  await expect(value.text()).toHaveAttribute('placeholder', '•••••••• (2 lines)');
  await expectNoneOf(page, MARKS, 'without the focus');
  await value.text().focus();
  await expect(value.text()).toHaveValue('••\n•');
  await put('Я😀');
  await expect(value.text()).toHaveValue('••');
  await expectNoneOf(page, MARKS, 'with the focus');
  await value.text().fill('☃');
  await expect(value.text()).toHaveValue('•');
  await value.show().click();
  await expect(value.text()).toHaveValue('☃');
});

test('neither a copy nor a cut takes anything from the concealed field', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const dialog = page.getByRole('dialog', { name: 'Add credential' });
  const value = new ValueField(dialog);
  await page.evaluate(() => navigator.clipboard.writeText('before'));
  await value.text().focus();
  await page.keyboard.insertText(CANARY);
  for (const key of ['Control+C', 'Control+X']) {
    await page.keyboard.press('Control+A');
    await page.keyboard.press(key);
    expect(await page.evaluate(() => navigator.clipboard.readText()), key).toBe('before');
    await expect(value.text()).toHaveValue(bullets(CANARY));
  }
  await expect(dialog.getByText('Show the value before you copy it.')).toBeVisible();
});

test('what a paste brought along is offered for removal, and nothing goes silently', async ({ page }) => {
  const dialog = page.getByRole('dialog', { name: 'Add credential' });
  const value = new ValueField(dialog);
  await value.paste(`CRM_TOKEN="Bearer ${CANARY}"\n`);
  await dialog.getByRole('button', { name: 'Remove line break' }).click();
  await dialog.getByRole('button', { name: 'Remove “NAME=”' }).click();
  await expect(dialog.getByRole('textbox', { name: 'Name' })).toHaveValue('CRM_TOKEN');
  await dialog.getByRole('button', { name: 'Remove quotes' }).click();
  await dialog.getByRole('button', { name: 'Remove “Bearer”' }).click();
  await expect(value.text()).toHaveValue(bullets(CANARY));
  await value.show().click();
  await expect(value.text()).toHaveValue(CANARY);
  await value.clear().click();
  await expect(value.text()).toHaveValue('');
});

test('the text survives a failed save, and is dropped after a successful one', async ({ page, api }) => {
  const taken = await (await api('administrator')).createCredential({ name: unique('TAKEN'), value: 'other' });
  const dialog = page.getByRole('dialog', { name: 'Add credential' });
  const value = new ValueField(dialog);
  await dialog.getByRole('textbox', { name: 'Name' }).fill(taken.name);
  await value.paste(CANARY);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByRole('textbox', { name: 'Name' })).toBeFocused();
  await expect(value.text()).toHaveAttribute('placeholder', '•••••••• (1 line)');
  await dialog.getByRole('textbox', { name: 'Name' }).fill(unique('FREE'));
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
  expect(await page.content()).not.toContain(CANARY);
});

test('Show ends at save, whether it succeeds or not', async ({ page, api }) => {
  const taken = await (await api('administrator')).createCredential({ name: unique('TAKEN'), value: 'other' });
  const form = new CredentialForm(page);
  const shows = async () => {
    await form.value.show().click();
    await expect(form.value.show()).toHaveAttribute('aria-pressed', 'true');
    await expect(form.value.text()).toHaveValue(CANARY);
  };
  const conceals = async (when: string) => {
    await expect(form.value.show(), when).toHaveAttribute('aria-pressed', 'false');
    await expect(form.value.text(), when).toHaveAttribute('placeholder', '•••••••• (1 line)');
    await expectNowhere(page, CANARY, when);
  };
  await form.value.paste(CANARY);
  await shows();
  await form.name().fill(taken.name);
  // Held on its way: it ends with the press, and not with the answer.
  let letSave = () => {};
  const maySave = new Promise<void>((resolve) => (letSave = resolve));
  await page.route('**/api/v1/credentials', async (route) => {
    await maySave;
    await route.continue();
  });
  await form.save().click();
  await expect(form.save()).toHaveAttribute('aria-busy', 'true');
  await conceals('while it is saved');
  letSave();
  await expect(form.name()).toHaveAttribute('aria-invalid', 'true');
  await conceals('after it was refused');

  await shows();
  await form.name().fill(unique('FREE'));
  await form.save().click();
  await expect(form.dialog).toBeHidden();
  await expectNowhere(page, CANARY, 'after it was saved');
  await new CredentialsPage(page).add().click();
  await expect(form.value.show(), 'the next form begins concealed').toHaveAttribute('aria-pressed', 'false');
  await expect(form.value.text()).toHaveValue('');
});

test('the dialog with a value in it is accessible', async ({ page }) => {
  await new ValueField(page.getByRole('dialog', { name: 'Add credential' })).paste(`Bearer ${CANARY}`);
  await axeCheck(page, 'dialog');
});
