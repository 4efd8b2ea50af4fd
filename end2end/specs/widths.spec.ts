import { type Api, expect, open, signIn, test, unique } from '../fixtures';
import { CredentialForm, CredentialsPage, DeleteDialog } from '../pages/credentials';
import { CreateHereForm, McpServerForm, McpServersPage } from '../pages/mcp-servers';
import { makeRecords, SIGNED_OUT_PAGES, signedInPages } from '../support/records';
import { expectNothingSideways, WIDTHS } from '../support/widths';

const CANARY = 'canary-d915-widths';

/** A credential with the longest name, many hosts and a reference. */
async function wideCredential(client: Api): Promise<{ id: string; name: string }> {
  const name = unique('WIDE').padEnd(100, '_AND_ON');
  const credential = await client.createCredential({ name, value: CANARY, allowed_hosts: [`${'long-'.repeat(10)}host.example.com:8443`, 'mcp.example.com'] });
  await client.post('/mcp-servers', { name: unique('Referrer with a rather long name'), url: `https://mcp.example.com/${'deep/'.repeat(20)}`, credential_id: credential.id });
  return credential;
}

for (const width of WIDTHS) {
  test.describe(`${width} px`, () => {
    test.use({ viewport: { width, height: 900 } });

    test('the pages of the signed-out fit', async ({ page }) => {
      for (const path of ['/sign-in', '/sign-in?error=wrong', '/set-up']) {
        await open(page, path);
        await expectNothingSideways(page, path);
      }
    });

    test('every page and dialog fits, and the operations are in sight', async ({ page, server, api }) => {
      test.slow();
      const { id, name } = await wideCredential(await api('administrator'));
      await signIn(page, server, 'administrator');
      const list = `/credentials?search=${id}`;
      await open(page, list);
      for (const words of [`Edit ${name}`, `Delete ${name}`]) {
        await expect(page.getByRole('link', { name: words, exact: true })).toBeInViewport({ ratio: 1 });
      }
      await expectNothingSideways(page, list);
      await open(page, `/credentials/${id}`);
      await expect(page.getByRole('table', { name: 'Used by' })).toBeVisible();
      await expectNothingSideways(page, 'the page of the credential');
      await open(page, '/mcp-servers');
      const row = page.getByRole('table', { name: 'MCP servers' }).locator('tbody').getByRole('row').first();
      for (const operation of await row.locator('.operations').getByRole('link').all()) {
        await expect(operation).toBeInViewport({ ratio: 1 });
      }
      await expectNothingSideways(page, 'the MCP servers');
      for (const dialog of ['dialog=add', `edit=${id}`, `rename=${id}`, `hosts=${id}`, `delete=${id}`]) {
        await open(page, `${list}&${dialog}`);
        const shown = page.getByRole('dialog');
        await expect(shown.getByRole('button', { name: 'Cancel' })).toBeVisible();
        await expectNothingSideways(page, dialog);
      }
      await open(page, '/mcp-servers?dialog=add');
      await expect(page.getByRole('dialog').getByRole('button', { name: 'Cancel' })).toBeVisible();
      await expectNothingSideways(page, 'the form for an MCP server');
      const settings = { provider: 'ollama', model_id: 'a-model-with-a-rather-long-name:70b-instruct-q4', api_key: id, base_url: `https://${'long-'.repeat(8)}host.example.com:8443/v1` };
      const binding = await (await api('administrator')).post<{ id: string }>('/model-bindings', { name: unique('Binding with a rather long name'), settings, allow_host: true });
      for (const path of ['/model-bindings', `/model-bindings/${binding.id}/try`]) {
        await open(page, path);
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        await expectNothingSideways(page, path);
      }
      for (const dialog of ['dialog=add', `edit=${binding.id}`, `delete=${binding.id}`]) {
        await open(page, `/model-bindings?${dialog}`);
        await expect(page.getByRole('dialog').getByRole('button', { name: 'Cancel' })).toBeVisible();
        await expectNothingSideways(page, `the model binding: ${dialog}`);
      }
    });

    test('the longest name fits where a fault repeats it', async ({ page, server, api }) => {
      const client = await api('administrator');
      const name = unique('LONGEST').padEnd(128, '_AND_ON');
      const { id } = await client.createCredential({ name, value: CANARY });
      await client.post('/mcp-servers', { name: unique('Referrer'), url: 'https://mcp.example.com/mcp', credential_id: id });
      await signIn(page, server, 'administrator');
      await open(page, `/credentials?search=${id}&delete=${id}`);
      const question = new DeleteDialog(page, name);
      await question.deleteAnyway().click();
      await expect(question.confirmation()).toHaveAccessibleDescription(`Type ${name} to confirm.`);
      await expectNothingSideways(page, 'deleting without the name typed');
    });

    test('no fact of a row is lost', async ({ page, server, api }) => {
      const { id } = await wideCredential(await api('administrator'));
      await signIn(page, server, 'administrator');
      await open(page, `/credentials?search=${id}`);
      const row = page.getByRole('table', { name: 'Credentials' }).locator('tbody').getByRole('row');
      await expect(row).toHaveCount(1);
      const text = await row.innerText();
      for (const fact of [`…${id.slice(-8)}`, 'Ada Administrator', '********', 'Used by 1']) expect(text).toContain(fact);
      const times = await row.locator('time').evaluateAll((all) => all.filter((time) => time.checkVisibility()).length);
      expect(times, 'created and updated').toBe(2);
    });
  });
}

// What is left of 1280 by 900 where everything is twice as large: low, too.
test.describe('200 % of 1280 px', () => {
  test.use({ viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 });

  test('no page scrolls sideways, and the heading of none is out of sight', async ({ page, server, api }) => {
    test.slow();
    const made = await makeRecords(await api('administrator'), { url: 'https://mcp.example.com/mcp', host: 'mcp.example.com' });
    const heading = page.getByRole('heading', { level: 1 });
    for (const path of SIGNED_OUT_PAGES) {
      await open(page, path);
      await expect(heading).toBeInViewport({ ratio: 1 });
      await expectNothingSideways(page, path);
    }
    await signIn(page, server, 'administrator');
    for (const path of signedInPages(made)) {
      await open(page, path);
      await expect(heading).toBeInViewport({ ratio: 1 });
      await expectNothingSideways(page, path);
    }
  });

  test('the main job is done in two dialogs, with their buttons in sight all the time', async ({ page, server }) => {
    const [name, credential] = [unique('Zoomed'), unique('ZOOMED')];
    await signIn(page, server, 'administrator');
    await open(page, `/mcp-servers?search=${name}&dialog=add`);
    const [form, inner] = [new McpServerForm(page), new CreateHereForm(page)];
    const usable = async (dialog: McpServerForm | CreateHereForm, what: string) => {
      for (const button of [dialog.save(), dialog.cancel()]) await expect(button, what).toBeInViewport({ ratio: 1 });
      await expectNothingSideways(page, what);
    };
    await usable(form, 'the form');
    // Tab leads through all of it, and what has the focus is never hidden.
    await form.name().focus();
    for (const stops = new Set<string>(); ; ) {
      const focused = page.locator('dialog :focus');
      const stop = await focused.evaluate((element) => `${element.tagName} ${element.id} ${element.textContent}`);
      if (stops.has(stop)) break;
      stops.add(stop);
      await expect(focused, stop).toBeInViewport({ ratio: 1 });
      if (await form.save().evaluate((save) => save === document.activeElement)) break;
      await page.keyboard.press('Tab');
    }
    await expect(form.save(), 'Tab has come to the end').toBeFocused();
    await form.name().fill(name);
    await form.url().fill('https://mcp.example.com/mcp');
    await form.picker.field().fill(credential);
    await expect(form.picker.row(/Create credential/)).toBeInViewport({ ratio: 1 });
    await form.picker.row(/Create credential/).click();
    await usable(inner, 'the form above it');
    await inner.value.paste(CANARY);
    await inner.save().click();
    await expect(form.picker.field()).toHaveValue(credential);
    await usable(form, 'the form, filled');
    await form.save().click();
    await expect(form.dialog).toBeHidden();
    await expect(new McpServersPage(page).row(name)).toContainText(credential);
  });

  test('a credential is added and deleted, and what is wrong with it is in sight', async ({ page, server }) => {
    const name = unique('ZOOMED');
    await signIn(page, server, 'administrator');
    await open(page, `/credentials?search=${name}&dialog=add`);
    const [list, form, question] = [new CredentialsPage(page), new CredentialForm(page), new DeleteDialog(page, name)];
    await expect(form.save()).toBeInViewport({ ratio: 1 });
    // Everything that can go wrong at once: the words must not push the buttons away.
    await form.save().click();
    await expect(form.dialog.getByRole('alert').first()).toContainText('Fix 2 fields:');
    await expect(form.name()).toBeFocused();
    await expect(form.name()).toBeInViewport({ ratio: 1 });
    await expect(form.save()).toBeInViewport({ ratio: 1 });
    await form.name().fill(name);
    await form.value.paste(CANARY);
    await form.save().click();
    await expect(list.link(name)).toBeVisible();
    await list.operation('Delete', name).click();
    for (const button of [question.cancel(), question.delete()]) await expect(button).toBeInViewport({ ratio: 1 });
    await question.delete().click();
    await expect(list.link(name)).toBeHidden();
  });
});
