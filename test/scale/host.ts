/** A machine of its own as far as the network goes: an agent and its apps run in it. */
export interface Host {
  /** What to put before a command so that it runs here. */
  readonly within: readonly string[];
  /** Where what listens on all addresses here is reached from outside. */
  readonly address: string;
  /** Bytes that came from outside and went there. */
  bytes(): { readonly received: number; readonly sent: number };
  /** From now on nothing passes to or from outside, and nobody is told; loopback goes on. */
  cut(): void;
  mend(): void;
}

export interface Hosts extends Disposable {
  readonly hosts: readonly Host[];
  /** Where all hosts reach what runs outside of them. */
  readonly outside: string;
}
