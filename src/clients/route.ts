import { BlockList, isIP } from 'node:net';
import type { NetworkSettings } from '../aws/network.ts';

/** For a client outside of an editor that is to know no proxy. */
export const directly: NetworkSettings = { env: {}, editor: () => undefined };

/** Where a call is meant to arrive. */
export interface Destination {
  readonly secure: boolean;
  /** Without the brackets of an IPv6 address. */
  readonly hostname: string;
  readonly port: number;
}

/** How a call gets there. */
export type Route =
  | { readonly by: 'direct' }
  /**
   * Through `http.request` as VS Code has patched it: it knows the proxies of the system, scripts that choose one, and
   * Kerberos. `dropAgent`: it leaves requests alone that bring an agent. `proxy` is the one that it will take, as far as
   * that can be known: for the sentence when that fails.
   */
  | { readonly by: 'editor'; readonly dropAgent: boolean; readonly proxy: URL | undefined }
  | {
      readonly by: 'proxy';
      readonly proxy: URL;
      readonly authorization: string | undefined;
      readonly strict: boolean;
    }
  /** A proxy is set that cannot be used: `what` is its scheme, or empty when its address is none. */
  | { readonly by: 'nothing'; readonly what: string };

const loopbackNames = /^(?:localhost|127(?:\.\d{1,3}){3}|::1|::ffff:127\.0\.0\.1)$/i;

/**
 * Decides how a call gets to its destination. This machine is always asked directly, as VS Code and the AWS CLI do.
 *
 * VS Code serves whatever it can: https://github.com/microsoft/vscode-proxy-agent puts itself under `http.request` unless
 * `http.proxySupport` is `off`. We step in where it does not do what its settings or the environment say: NO_PROXY with
 * networks (10.0.0.0/8), `*.suffix` and IPv6 addresses, `http.proxyAuthorization` (it sends that for itself only), and the
 * unchecked certificate of a proxy (the same). With `off` the variables of the environment still count, by the AWS CLI's
 * rules: what works in the terminal then works here.
 */
export function routeOf(to: Destination, settings: NetworkSettings): Route {
  if (loopbackNames.test(to.hostname)) {
    return { by: 'direct' };
  }
  const { env } = settings;
  const editor = settings.editor();
  const envNoProxy = (read(env, 'no_proxy') ?? '').split(/[\s,]+/);
  if (editor === undefined || editor.support === 'off') {
    return bypasses(envNoProxy, to) ? { by: 'direct' } : routeOfEnvironment(to, env);
  }
  // As VS Code has it: a list in the settings stands in the place of the variable.
  if (bypasses(editor.noProxy.length > 0 ? editor.noProxy : envNoProxy, to)) {
    return { by: 'direct' };
  }
  // VS Code takes the proxy of any scheme for any other.
  const named = editor.proxy.trim() || read(env, 'https_proxy') || read(env, 'http_proxy');
  const proxy = named === undefined ? undefined : proxyUrl(named);
  const { authorization, strictSsl: strict } = editor;
  const isOurs = authorization !== undefined || (!strict && proxy?.protocol === 'https:');
  return proxy !== undefined && isTunnel(proxy) && isOurs
    ? { by: 'proxy', proxy, authorization, strict }
    : { by: 'editor', dropAgent: editor.support === 'on', proxy };
}

function routeOfEnvironment(to: Destination, env: NetworkSettings['env']): Route {
  const named = read(env, to.secure ? 'https_proxy' : 'http_proxy');
  if (named === undefined) {
    return { by: 'direct' };
  }
  const proxy = proxyUrl(named);
  if (proxy === undefined) {
    return { by: 'nothing', what: '' };
  }
  return isTunnel(proxy)
    ? { by: 'proxy', proxy, authorization: undefined, strict: true }
    : { by: 'nothing', what: proxy.protocol.slice(0, -1) };
}

/**
 * Whether a list of exceptions names the destination. Understood is what Python, curl, Go and VS Code understand, together:
 * `*`, `example.com` and `.example.com` and `*.example.com` (each with all below it), an address, a network
 * (`10.0.0.0/8`), and any of them with a port.
 */
export function bypasses(list: readonly string[], { hostname, port }: Destination): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, '');
  return list.some((item) => {
    const entry = item.trim().toLowerCase();
    if (entry === '*') {
      return true;
    }
    const [, name = '', onlyPort] = /^(\[[^\]]*\]|[^:]*|.*:.*:.*?)(?::(\d+))?$/.exec(entry) ?? [];
    const pattern = isIP(entry) === 6 ? entry : name.replace(/^\[(.*)\]$/, '$1');
    if (pattern === '' || (onlyPort !== undefined && pattern !== entry && Number(onlyPort) !== port)) {
      return false;
    }
    if (isIP(host) !== 0) {
      return isAddressIn(host, pattern);
    }
    const suffix = pattern.replace(/^\*?\.?/, '');
    return suffix !== '' && (host === suffix || host.endsWith(`.${suffix}`));
  });
}

function isAddressIn(address: string, pattern: string): boolean {
  const [network = '', bits] = pattern.split('/', 2);
  const version = isIP(network);
  if (version === 0 || version !== isIP(address)) {
    return false;
  }
  const type = version === 6 ? 'ipv6' : 'ipv4';
  const prefix = bits === undefined ? (version === 6 ? 128 : 32) : Number(bits);
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > (version === 6 ? 128 : 32)) {
    return false;
  }
  const list = new BlockList();
  list.addSubnet(network, prefix, type);
  return list.check(address, type);
}

/** The lower-case variable first, like Python and curl: the upper-case HTTP_PROXY can be set by a CGI request. */
function read(env: NetworkSettings['env'], name: string): string | undefined {
  return env[name]?.trim() || env[name.toUpperCase()]?.trim() || undefined;
}

/** The address of a proxy; `proxy:3128` is one without its scheme. Undefined when it is none. */
function proxyUrl(text: string): URL | undefined {
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  return url === undefined || url.hostname === '' ? undefined : url;
}

function isTunnel({ protocol }: URL): boolean {
  return protocol === 'http:' || protocol === 'https:';
}

/** A proxy as people read it: host and port, never the name and password in its address. */
export function proxyName(proxy: URL): string {
  return proxy.port === '' ? `${proxy.hostname}:${proxy.protocol === 'https:' ? 443 : 80}` : proxy.host;
}
