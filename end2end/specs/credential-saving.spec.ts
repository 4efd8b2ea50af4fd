import type { Route } from '@playwright/test';

import { axeCheck, expect, open, signIn, test, unique, USERS } from '../fixtures';
import { CredentialForm, CredentialsPage } from '../pages/credentials';

const CANARY = 'canary-5d20-dialogs';
const CREATE = '**/api/v1/credentials';

test.beforeEach(async ({ page, server }) => {
  await signIn(page, server, 'administrator');
});

test('Save pressed again and again sends one request', async ({ page, api }) => {
  const name = unique('ONCE');
  await open(page, '/credentials?dialog=add');
  const form = new CredentialForm(page);
  const waiting: Route[] = [];
  await page.route(CREATE, (route) => {
    if (route.request().method() === 'POST') waiting.push(route);
    else void route.continue();
  });
  await form.name().fill(name);
  await form.value.paste(CANARY);
  await form.save().dblclick();
  await form.name().press('Enter');
  await form.save().click();
  await expect(form.save()).toHaveAttribute('aria-busy', 'true');
  expect(waiting).toHaveLength(1);
  for (const route of waiting) await route.continue();
  await expect(form.dialog).toBeHidden();
  expect(waiting).toHaveLength(1);
  const found = await (await api('administrator')).get<{ total: number }>(`/credentials?search=${name}`);
  expect(found.total).toBe(1);
});

test('when the answer is lost, it looks and finds what was saved', async ({ page, guard }) => {
  guard.allow(/Failed to load resource/);
  const name = unique('LOST_ANSWER');
  await open(page, '/credentials?dialog=add');
  const form = new CredentialForm(page);
  await page.route(CREATE, async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    await route.fetch();
    return route.abort();
  });
  let letLook = () => {};
  const mayLook = new Promise<void>((resolve) => (letLook = resolve));
  await page.route('**/api/v1/credentials?*', async (route) => {
    await mayLook;
    await route.continue();
  });
  await form.name().fill(name);
  await form.value.paste(CANARY);
  await form.save().click();
  await expect(form.dialog.getByRole('alert').filter({ hasText: 'Checking whether it was saved' })).toBeVisible();
  letLook();
  await expect(form.dialog).toBeHidden();
  await expect(new CredentialsPage(page).messages()).toContainText(`${name} added.`);
});

test('when the server does not know the outcome, it looks and finds what was saved', async ({ page, guard }) => {
  guard.allow(/Failed to load resource/);
  const name = unique('UNKNOWN_OUTCOME');
  await open(page, '/credentials?dialog=add');
  const form = new CredentialForm(page);
  await page.route(CREATE, async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    await route.fetch();
    const type = 'urn:strongroom:problem:outcome-unknown';
    const problem = { type, title: 'Not known', status: 503, detail: 'Look.', request_id: 'none' };
    return route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify(problem) });
  });
  await form.name().fill(name);
  await form.value.paste(CANARY);
  await form.save().click();
  await expect(form.dialog).toBeHidden();
  await expect(new CredentialsPage(page).messages()).toContainText(`${name} added.`);
});

test('when the request is lost, it says so, and Save tries again', async ({ page, guard }) => {
  guard.allow(/Failed to load resource/);
  const name = unique('LOST_REQUEST');
  await open(page, '/credentials?dialog=add');
  const form = new CredentialForm(page);
  let lost = true;
  await page.route(CREATE, (route) => (lost && route.request().method() === 'POST' ? route.abort() : route.continue()));
  await form.name().fill(name);
  await form.value.paste(CANARY);
  await form.save().click();
  await expect(form.dialog).toContainText("your changes weren't saved");
  await expect(form.value.text()).toHaveAttribute('placeholder', '•••••••• (1 line)');
  lost = false;
  await form.save().click();
  await expect(form.dialog).toBeHidden();
});

test('a failure in general has its request ID', async ({ page, guard }) => {
  guard.allow(/Failed to load resource/);
  await open(page, '/credentials?dialog=add');
  const form = new CredentialForm(page);
  await page.route(CREATE, (route) =>
    route.request().method() === 'POST'
      ? route.fulfill({
          status: 500,
          contentType: 'application/problem+json',
          body: JSON.stringify({ type: 'urn:strongroom:problem:internal', title: 'Internal error', status: 500, detail: 'It did not work.', request_id: '0198c0de-0000-7000-8000-00000000feed' }),
        })
      : route.continue(),
  );
  await form.name().fill(unique('BROKEN'));
  await form.value.paste(CANARY);
  await form.save().click();
  await expect(form.dialog).toContainText('It did not work.');
  await expect(form.dialog).toContainText('0198c0de-0000-7000-8000-00000000feed');
  await expect(form.dialog.getByRole('button', { name: 'Copy request ID' })).toBeVisible();
});

test('who changed it meanwhile is named, and what was typed stays', async ({ page, api }) => {
  const client = await api('administrator');
  const { id, name } = await client.createCredential({ name: unique('CONFLICT'), value: CANARY });
  await open(page, `/credentials?search=${name}&edit=${id}`);
  const form = new CredentialForm(page, `Edit ${name}`);
  await form.name().fill(`${name}_MINE`);
  await form.value.paste(CANARY);
  const { revision } = await client.get<{ revision: number }>(`/credentials/${id}`);
  const changed = await client.send('PATCH', `/credentials/${id}`, { name: `${name}_THEIRS` }, { 'if-match': `"${revision}"` });
  expect(changed.status, await changed.text()).toBe(200);
  await form.save().click();
  await expect(form.dialog).toContainText(`${USERS.administrator.name} changed this while you were editing.`);
  await expect(form.name()).toHaveValue(`${name}_MINE`);
  await axeCheck(page, 'dialog');
  await form.dialog.getByRole('button', { name: 'Load latest' }).click();
  await expect(form.dialog).toContainText(`Loaded the latest version (now called ${name}_THEIRS).`);
  await form.save().click();
  await expect(form.dialog).toBeHidden();
  expect(await client.get(`/credentials/${id}`)).toMatchObject({ name: `${name}_MINE`, version: 2 });
});

test('a session that ended in the middle of a form is begun again above it', async ({ page, context, server }) => {
  const name = unique('SIGNED_OUT');
  await open(page, '/credentials?dialog=add');
  const form = new CredentialForm(page);
  await form.name().fill(name);
  await form.value.paste(CANARY);
  await context.clearCookies();
  await form.save().click();
  const again = page.getByRole('dialog', { name: 'Sign in again' });
  await expect(again.getByLabel('Password')).toBeFocused();
  await expect(again.getByLabel('Email')).toHaveValue(USERS.administrator.email);
  await axeCheck(page, 'dialog[open]');
  await again.getByLabel('Password').fill('certainly-not-this-one');
  await again.getByRole('button', { name: 'Sign in' }).click();
  await expect(again).toContainText('The email or password is incorrect.');
  await again.getByLabel('Password').fill(USERS.administrator.password);
  await again.getByRole('button', { name: 'Sign in' }).click();
  await expect(again).toBeHidden();
  await expect(form.dialog).toBeHidden();
  await expect(new CredentialsPage(page).messages()).toContainText(`${name} added.`);
  expect(server.log()).not.toContain(CANARY);
});

test('another person who signs in above a form does not send it, then or later', async ({ page, context, api }) => {
  const name = unique('OTHER_PERSON');
  await open(page, '/credentials?dialog=add');
  const form = new CredentialForm(page);
  await form.name().fill(name);
  await form.value.paste(CANARY);
  await context.clearCookies();
  await form.save().click();
  const again = page.getByRole('dialog', { name: 'Sign in again' });
  await again.getByLabel('Email').fill(USERS.manager.email);
  await again.getByLabel('Password').fill(USERS.manager.password);
  await again.getByRole('button', { name: 'Sign in' }).click();
  await expect(form.dialog).toContainText('Someone else signed in on this browser, so nothing was saved.');
  await expect(form.name()).toHaveValue(name);
  const later = page.waitForRequest((request) => request.method() === 'POST', { timeout: 1000 });
  await form.save().click();
  await expect(later, 'a second press sends nothing either').rejects.toThrow();
  await expect(form.dialog).toContainText('Reload the page to continue');
  expect((await (await api('administrator')).get<{ total: number }>(`/credentials?search=${name}`)).total).toBe(0);
  await form.dialog.getByRole('link', { name: 'Reload' }).click();
  await expect(form.name(), 'a page of their own').toHaveValue('');
});
