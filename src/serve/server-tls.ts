/** The certificate of a server, in PEM, and who may be its client. */
export interface ServerTls {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** Who has to have signed the certificate that a client has to have. */
  readonly clientCa?: Buffer | undefined;
}
