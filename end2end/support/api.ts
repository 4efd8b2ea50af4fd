/** A cookie as browsers are given it. */
export interface SessionCookie {
  name: string;
  value: string;
}

/** The JSON API with one user's session. Requests come from Node.js: neither `Origin` nor `Sec-Fetch-Site`. */
export class Api {
  private constructor(
    readonly url: string,
    readonly cookies: SessionCookie[],
  ) {}

  static async signIn(url: string, user: { email: string; password: string }): Promise<Api> {
    const response = await fetch(`${url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: user.email, password: user.password }),
    });
    if (!response.ok) throw new Error(`${user.email} cannot sign in: ${response.status} ${await response.text()}`);
    const cookies = response.headers.getSetCookie().map((header) => {
      const [pair = ''] = header.split(';');
      const at = pair.indexOf('=');
      return { name: pair.slice(0, at).trim(), value: pair.slice(at + 1).trim() };
    });
    return new Api(url, cookies);
  }

  /** Any request; `path` begins after `/api/v1`. */
  async send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        cookie: this.cookies.map(({ name, value }) => `${name}=${value}`).join('; '),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  }

  /** A request that must succeed; its JSON, or `undefined` for 204. */
  async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await this.send(method, path, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  get<T>(path: string): Promise<T> {
    return this.json('GET', path);
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.json('POST', path, body);
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.json('PATCH', path, body);
  }

  async delete(path: string): Promise<void> {
    await this.json('DELETE', path);
  }

  /** A credential, as another test or person would have made it. */
  createCredential(credential: { name: string; value: string; allowed_hosts?: string[] }): Promise<{ id: string; name: string }> {
    return this.post('/credentials', credential);
  }
}
