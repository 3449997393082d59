/** What the tests use of samlp, which has no types of its own. */
declare module 'samlp' {
  interface ProfileMapper {
    getClaims(): Readonly<Record<string, string | readonly string[]>>;
    getNameIdentifier(): { readonly nameIdentifier: string; readonly nameIdentifierFormat: string };
  }

  interface ResponseOptions {
    readonly issuer: string;
    /** PEM. */
    readonly cert: string;
    readonly key: string;
    readonly signatureAlgorithm: 'rsa-sha256';
    readonly digestAlgorithm: 'sha256';
    readonly audience: string;
    readonly recipient: string;
    readonly destination: string;
    readonly lifetimeInSeconds: number;
    readonly signAssertion: boolean;
    readonly signResponse: boolean;
    readonly samlStatusCode?: string;
    readonly encryptionCert?: string;
    readonly encryptionPublicKey?: string;
    readonly profileMapper: () => ProfileMapper;
  }

  const samlp: {
    /** The response as XML. */
    getSamlResponse(
      options: ResponseOptions,
      user: object,
      callback: (error: Error | null, response: string) => void,
    ): void;
  };
  export = samlp;
}
