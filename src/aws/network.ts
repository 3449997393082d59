/** The editor's own network settings (`http.*`), as they are at the moment of a call. */
export interface EditorNetwork {
  /** `http.proxySupport`: whether and how VS Code puts a proxy under the requests of extensions. */
  readonly support: 'off' | 'on' | 'fallback' | 'override';
  /** `http.proxy`; empty when it is not set. */
  readonly proxy: string;
  /** `http.noProxy`. */
  readonly noProxy: readonly string[];
  /** `http.proxyAuthorization`: the whole header for every proxy. A secret. */
  readonly authorization: string | undefined;
  /** `http.proxyStrictSSL`: false lets the proxy's own certificate go unchecked. */
  readonly strictSsl: boolean;
  /** `http.systemCertificates`: whether the certificates of the operating system count. */
  readonly systemCertificates: boolean;
}

/** What decides where a call goes, beside its address. */
export interface NetworkSettings {
  /** `process.env`, or a part of it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Asked at each call, so that a change counts at once; undefined outside of an editor. */
  editor(): EditorNetwork | undefined;
}
