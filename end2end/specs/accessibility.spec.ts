import type { Locator } from '@playwright/test';

import { axeCheck, expect, open, type Page, signIn, test, unique } from '../fixtures';
import { CredentialForm, CredentialsPage } from '../pages/credentials';
import { McpServerForm } from '../pages/mcp-servers';
import { AccountMenu } from '../pages/users';
import { makeRecords, SIGNED_OUT_PAGES, signedInPages } from '../support/records';

const CANARY = 'canary-b62a-accessibility';

test.beforeEach(async ({ page, server }) => {
  await signIn(page, server, 'administrator');
});

for (const [what, address, title] of [
  ['adding', 'dialog=add', /^Add credential$/],
  ['editing', 'edit=ID', /^Edit /],
  ['renaming', 'rename=ID', /^Rename /],
  ['changing hosts', 'hosts=ID', /^Allowed destinations of /],
  ['deleting', 'delete=ID', /^Delete /],
] as const) {
  test(`the dialog for ${what} is accessible`, async ({ page, api }) => {
    const { id } = await (await api('administrator')).createCredential({ name: unique('AXE'), value: CANARY });
    await open(page, `/credentials?${address.replace('ID', id)}`);
    await expect(page.getByRole('dialog', { name: title })).toBeVisible();
    await expect(page.getByRole('dialog').getByRole('button', { name: 'Cancel' })).toBeVisible();
    await axeCheck(page);
  });
}

for (const width of [1280, 360]) {
  test(`model bindings are accessible at ${width} px`, async ({ page, api }) => {
    const client = await api('administrator');
    const settings = { provider: 'openai', model_id: 'gpt-test', organization: 'org-1' };
    const { id } = await client.post<{ id: string }>('/model-bindings', { name: unique('AXE_MODEL'), settings });
    await page.setViewportSize({ width, height: 900 });
    for (const path of ['/model-bindings', `/model-bindings?edit=${id}`, `/model-bindings?delete=${id}`, `/model-bindings/${id}/try`]) {
      await open(page, path);
      const shown = path.includes('?') ? page.getByRole('dialog').getByRole('button', { name: 'Cancel' }) : page.getByRole('heading', { level: 1 });
      await expect(shown).toBeVisible();
      if (path.endsWith('/try')) await expect(page.getByRole('textbox', { name: 'Prompt' })).toBeVisible();
      await axeCheck(page);
    }
  });
}

test('the shortcuts, an open menu and a message are accessible', async ({ page, api }) => {
  const { name } = await (await api('administrator')).createCredential({ name: unique('AXE_PARTS'), value: CANARY });
  await open(page, `/credentials?search=${name}`);
  await new AccountMenu(page).openShortcuts();
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await axeCheck(page);
  await page.keyboard.press('Escape');
  const list = new CredentialsPage(page);
  await list.more(name).click();
  await expect(page.getByRole('menuitem', { name: 'Rename' })).toBeVisible();
  await axeCheck(page);
});

test('on a narrow screen the list and the navigation are accessible', async ({ page, api }) => {
  const { name } = await (await api('administrator')).createCredential({ name: unique('AXE_NARROW'), value: CANARY });
  await page.setViewportSize({ width: 360, height: 780 });
  await open(page, `/credentials?search=${name}`);
  await axeCheck(page);
  await page.getByRole('button', { name: 'Menu', exact: true }).click();
  await expect(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'MCP servers' })).toBeVisible();
  await axeCheck(page);
});

test('the focus stays inside a dialog', async ({ page }) => {
  await open(page, '/credentials?dialog=add');
  const form = new CredentialForm(page);
  await expect(form.name()).toBeFocused();
  const outside = () =>
    page.evaluate(() => document.activeElement !== document.body && document.activeElement?.closest('dialog') === null);
  for (let step = 0; step < 12; step += 1) {
    await page.keyboard.press('Tab');
    expect(await outside(), `after ${step + 1} steps`).toBe(false);
  }
});

test('the table has explicit roles, so that cards on narrow screens keep them', async ({ page, api }) => {
  const { name } = await (await api('administrator')).createCredential({ name: unique('ROLES'), value: CANARY });
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 800 });
    await open(page, `/credentials?search=${name}`);
    const list = new CredentialsPage(page);
    await expect(list.row(name)).toBeVisible();
    await expect(list.row(name).getByRole('cell').first()).toContainText(name);
  }
});

test('in forced colours, focus and state can be seen', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await open(page, '/credentials?dialog=add');
  const form = new CredentialForm(page);
  await expect(form.name()).toBeFocused();
  const line = (element: Element) => {
    const { outlineStyle, outlineWidth, borderTopStyle } = getComputedStyle(element);
    return { outlined: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1, bordered: borderTopStyle !== 'none' };
  };
  expect((await form.name().evaluate(line)).outlined, 'the focused field has an outline').toBe(true);
  expect((await form.name().evaluate(line)).bordered, 'a field has a border').toBe(true);
  expect((await form.save().evaluate(line)).bordered, 'a button has a border').toBe(true);
  await page.keyboard.press('Shift+Tab');
  expect((await page.locator(':focus').evaluate(line)).outlined, 'the focused button has an outline').toBe(true);
});

test('in forced colours, the active row of the open picker stands out', async ({ page, api }) => {
  const prefix = unique('FORCED');
  for (const end of ['A', 'B', 'C']) await (await api('administrator')).createCredential({ name: `${prefix}_${end}`, value: CANARY });
  await page.emulateMedia({ forcedColors: 'active' });
  await open(page, '/mcp-servers?dialog=add');
  const { picker } = new McpServerForm(page);
  await picker.field().fill(prefix);
  await expect(picker.row(new RegExp(`^${prefix}_`))).toHaveCount(3);
  const look = async (row: Locator) => {
    const outlined = await row.evaluate((element) => {
      const { outlineStyle, outlineWidth, outlineColor, backgroundColor } = getComputedStyle(element);
      return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && outlineColor !== backgroundColor;
    });
    return { outlined, active: (await row.getAttribute('aria-selected')) === 'true' };
  };
  for (const end of ['A', 'B', 'C']) {
    await page.keyboard.press('ArrowDown');
    await expect(picker.row(new RegExp(`^${prefix}_${end}`))).toHaveAttribute('aria-selected', 'true');
    const looks = await Promise.all((await picker.rows().all()).map(look));
    expect(looks.filter(({ active }) => active)).toEqual([{ active: true, outlined: true }]);
    expect(looks.filter(({ outlined }) => outlined), `only ${end} stands out`).toHaveLength(1);
  }
  await expect(picker.field()).toBeFocused();
  const frame = await picker.list().locator('..').evaluate((element) => getComputedStyle(element).borderTopStyle);
  expect(frame, 'the list has a border').not.toBe('none');
});

test('in forced colours, a switch that is on differs from one that is off', async ({ page, api }) => {
  const client = await api('administrator');
  const [on, off] = [unique('On'), unique('Off')];
  await client.post('/mcp-servers', { name: on, url: 'https://mcp.example.com/mcp' });
  await client.post('/mcp-servers', { name: off, url: 'https://mcp.example.com/mcp', enabled: false });
  await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
  await open(page, '/mcp-servers');
  const look = (name: string) =>
    page.getByRole('switch', { name: `${name} enabled` }).evaluate((button) => {
      const track = button.firstElementChild!;
      const [box, thumb] = [getComputedStyle(track), getComputedStyle(track, '::after')];
      return { track: box.backgroundColor, border: box.borderTopStyle, thumb: thumb.backgroundColor, place: thumb.translate };
    });
  const [lit, dark] = [await look(on), await look(off)];
  expect(lit.track, 'by colour').not.toBe(dark.track);
  expect(lit.place, 'by place').not.toBe(dark.place);
  for (const { track, thumb, border } of [lit, dark]) {
    expect(thumb, 'the thumb can be seen on its track').not.toBe(track);
    expect(border, 'the track has a border').not.toBe('none');
  }
  await page.getByRole('switch', { name: `${on} enabled` }).click();
  await expect(page.getByRole('switch', { name: `${on} enabled` })).toHaveAttribute('aria-checked', 'false');
  await expect.poll(() => look(on)).toEqual(dark);
});

test('in forced colours, a wrong field is told by an icon and words that can be seen', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await open(page, '/credentials?dialog=add');
  const form = new CredentialForm(page);
  await form.name().fill('sk-proj-canary0000000000000000');
  await form.save().click();
  await expect(form.name()).toHaveAttribute('aria-invalid', 'true');
  const faults = form.dialog.locator('.field-error');
  await expect(faults.filter({ hasText: 'This looks like a secret.' })).toHaveCount(1);
  await expect(faults.filter({ hasText: 'Enter a value.' })).toHaveCount(1);
  for (const fault of await faults.filter({ has: page.locator('svg') }).all()) {
    const { words, icon, ground, size } = await fault.evaluate((element) => {
      const svg = element.querySelector('svg')!;
      return {
        words: getComputedStyle(element).color,
        icon: getComputedStyle(svg).stroke,
        ground: getComputedStyle(element.closest('dialog')!).backgroundColor,
        size: svg.getBoundingClientRect().width,
      };
    });
    expect(words, 'the words can be seen').not.toBe(ground);
    expect([ground, 'none'], 'the icon can be seen').not.toContain(icon);
    expect(size).toBeGreaterThanOrEqual(12);
  }
  const summary = form.dialog.getByRole('alert').filter({ hasText: 'Fix 2 fields:' });
  expect(await summary.evaluate((element) => getComputedStyle(element).borderTopStyle), 'the summary has a border').not.toBe('none');
});

test('in forced colours, the entry of the current page differs from the others by more than a colour', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await open(page, '/mcp-servers');
  const entries = page.getByRole('navigation', { name: 'Main' }).getByRole('listitem').getByRole('link');
  const looks = await entries.evaluateAll((links) =>
    links.map((link) => {
      const { fontWeight, outlineStyle, borderInlineStartStyle, textDecorationLine } = getComputedStyle(link);
      return { current: link.getAttribute('aria-current') === 'page', look: [fontWeight, outlineStyle, borderInlineStartStyle, textDecorationLine].join(' ') };
    }),
  );
  const here = looks.filter(({ current }) => current);
  expect(here).toHaveLength(1);
  expect(looks.filter(({ look }) => look === here[0]!.look)).toEqual(here);
});

test('in forced colours, a pressed toggle differs from one that is not', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
  const look = (button: Locator) =>
    button.evaluate((element) => {
      const { backgroundColor, outlineStyle, outlineWidth, borderTopStyle, borderTopWidth, fontWeight, textDecorationLine } = getComputedStyle(element);
      const alpha = /^rgba\(.*, 0\)$/.test(backgroundColor);
      return [alpha ? 'Canvas' : backgroundColor, outlineStyle, outlineWidth, borderTopStyle, borderTopWidth, fontWeight, textDecorationLine].join(' ');
    });
  // A colour that is not there is that of what is below.
  const ground = (text: string, canvas: string) => text.replace('Canvas', canvas);
  await open(page, '/credentials');
  const canvas = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const menu = new AccountMenu(page);
  await menu.button().click();
  const theme = (name: string) => menu.theme().getByRole('button', { name });
  const [pressed, other] = [await look(theme('System')), await look(theme('Dark'))];
  expect.soft(ground(pressed, canvas), 'the chosen theme').not.toBe(ground(other, canvas));
  await open(page, '/credentials?dialog=add');
  const form = new CredentialForm(page);
  await form.value.paste(CANARY);
  const off = await look(form.value.show());
  await form.value.show().click();
  await expect(form.value.show()).toHaveAttribute('aria-pressed', 'true');
  await form.name().focus();
  expect.soft(ground(await look(form.value.show()), canvas), 'Show').not.toBe(ground(off, canvas));
});

test('with reduced motion nothing moves', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page, '/credentials?dialog=add');
  await expect(new CredentialForm(page).dialog).toBeVisible();
  const moving = await page.evaluate(() => {
    const seconds = (list: string) => Math.max(...list.split(',').map((time) => parseFloat(time) * (time.trim().endsWith('ms') ? 0.001 : 1)));
    return [...document.querySelectorAll('*')]
      .filter((element) => {
        const { animationName, animationDuration, transitionDuration } = getComputedStyle(element);
        return (animationName !== 'none' && seconds(animationDuration) > 0.01) || seconds(transitionDuration) > 0.01;
      })
      .map((element) => element.outerHTML.slice(0, 80));
  });
  expect(moving).toEqual([]);
});

/** The visible texts that are smaller than 12 px: those in the document, in fields, and those that the style writes. */
async function smallTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const LEAST = 12;
    const found = new Set<string>();
    const check = (element: Element, part: string | undefined, text: string) => {
      const { fontSize } = getComputedStyle(element, part);
      if (text.trim() !== '' && element.checkVisibility() && parseFloat(fontSize) < LEAST) found.add(`${fontSize}: ${text.trim()}`);
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) check(walker.currentNode.parentElement!, undefined, walker.currentNode.textContent ?? '');
    for (const element of document.body.querySelectorAll('*')) {
      if (element.matches('input, textarea, select')) check(element, undefined, element.id || element.tagName);
      if (element.hasAttribute('placeholder')) check(element, '::placeholder', element.getAttribute('placeholder') ?? '');
      for (const part of ['::before', '::after', '::marker']) {
        const { content } = getComputedStyle(element, part);
        if (content !== 'none' && content !== 'normal') check(element, part, content.replace(/^"|"$/g, ''));
      }
    }
    return [...found];
  });
}

for (const width of [1280, 360]) {
  test(`no text is smaller than 12 px on any page at ${width} px`, async ({ page, api }) => {
    test.slow();
    const made = await makeRecords(await api('administrator'), { url: 'https://mcp.example.com/mcp', host: 'mcp.example.com' });
    await page.setViewportSize({ width, height: 900 });
    const heading = page.getByRole('heading', { level: 1 });
    for (const path of signedInPages(made)) {
      await open(page, path);
      await expect(heading).toBeVisible();
      expect(await smallTexts(page), path).toEqual([]);
    }
    for (const path of [`/credentials?edit=${made.credential}`, `/mcp-servers?edit=${made.server}`, `/model-bindings?edit=${made.binding}`, `/users?edit=${made.user}`]) {
      await open(page, path);
      await expect(page.getByRole('dialog').getByRole('button', { name: 'Save' })).toBeVisible();
      expect(await smallTexts(page), path).toEqual([]);
    }
    await open(page, '/credentials');
    if (width < 760) await page.getByRole('button', { name: 'Menu', exact: true }).click();
    await new AccountMenu(page).button().click();
    await expect(new AccountMenu(page).signOut()).toBeVisible();
    expect(await smallTexts(page), 'the account menu').toEqual([]);
    await page.context().clearCookies();
    for (const path of SIGNED_OUT_PAGES) {
      await open(page, path);
      await expect(heading).toBeVisible();
      expect(await smallTexts(page), path).toEqual([]);
    }
  });
}
