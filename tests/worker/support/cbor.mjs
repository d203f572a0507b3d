// CBOR as automerge-repo writes it, and streams of it.

import { Encoder } from "cbor-x";

const coder = new Encoder({ tagUint8Array: false, useRecords: false });

export const encode = (value) => coder.encode(value);
export const decode = (bytes) => coder.decode(bytes);

/** The items of a stream, one after the other (RFC 8742). */
export function items(bytes) {
  return bytes.length === 0 ? [] : coder.decodeMultiple(bytes);
}
