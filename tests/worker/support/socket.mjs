// A hand-made client: every frame that goes over the socket, as it is.

import * as Automerge from "@automerge/automerge";
import WebSocket from "ws";

import { decode, encode } from "./cbor.mjs";
import { until } from "./until.mjs";

export class RawSocket {
  /** All frames that came, oldest first. */
  frames = [];
  /** `{code, reason}` once it is closed. */
  closed;
  /** How many frames were sent. */
  sent = 0;

  /**
   * Opens a socket; fails with the HTTP status where the hub doesn't take it.
   *
   * @param {string} url
   * @param {{token?: string, headers?: Record<string, string>}} [options] the token goes into the address, as stock
   *   clients send it
   */
  static async open(url, { token, headers = {} } = {}) {
    const address = token === undefined ? url : `${url}?token=${token}`;
    const socket = new RawSocket();
    socket.socket = new WebSocket(address, { headers });
    socket.socket.binaryType = "nodebuffer";
    await new Promise((resolve, reject) => {
      socket.socket.once("open", resolve);
      socket.socket.once("error", reject);
      socket.socket.once("unexpected-response", (_, response) => {
        reject(Object.assign(new Error(`refused with ${response.statusCode}`), { status: response.statusCode }));
      });
    });
    socket.socket.on("error", () => {});
    socket.socket.on("message", (data, binary) => socket.frames.push(binary ? decode(data) : data.toString()));
    socket.socket.on("close", (code, reason) => (socket.closed = { code, reason: reason.toString() }));
    return socket;
  }

  /** Says who this is and waits for the hub's answer. */
  async join(peer = `raw-${Math.random().toString(36).slice(2)}`, { docket = false } = {}) {
    this.peer = peer;
    const peerMetadata = docket ? { isEphemeral: true, docket: 1 } : { isEphemeral: true };
    this.send({ type: "join", senderId: peer, peerMetadata, supportedProtocolVersions: ["1"] });
    const answer = await this.next((frame) => frame.type === "peer");
    this.hub = answer.senderId;
    return this;
  }

  send(frame) {
    this.sent += 1;
    this.socket.send(encode(frame));
  }

  /** Reads on, but looks at nothing: the test's own work isn't measured with the hub's. */
  ignore() {
    this.socket.removeAllListeners("message");
    this.socket.on("message", () => {});
    this.frames = [];
    return this;
  }

  /** A frame about a document, from this peer to the hub. */
  say(type, documentId, fields = {}) {
    this.send({ type, documentId, senderId: this.peer, targetId: this.hub, ...fields });
  }

  /** Waits for the first frame, among all that came, that is wanted. */
  next(wanted, within) {
    return until("a frame", () => this.frames.find(wanted), within);
  }

  async isClosed(within) {
    return until("the socket's end", () => this.closed, within);
  }

  close() {
    this.socket.close();
  }
}

/** One document, synced by hand over a raw socket. */
export class RawDocument {
  state = Automerge.initSyncState();
  #read = 0;

  constructor(socket, id, document = Automerge.init()) {
    this.socket = socket;
    this.id = id;
    this.document = document;
  }

  /** Sends what there is to say, if anything. */
  talk() {
    const [state, message] = Automerge.generateSyncMessage(this.document, this.state);
    this.state = state;
    if (message === null) return false;
    const type = Automerge.getHeads(this.document).length === 0 ? "request" : "sync";
    this.socket.say(type, this.id, { data: message });
    return true;
  }

  /** Sends the last change made here, whatever the hub has said that it takes. */
  force() {
    const changes = [Automerge.getLastLocalChange(this.document)];
    const message = { heads: Automerge.getHeads(this.document), need: [], have: [], changes };
    this.socket.say("sync", this.id, { data: Automerge.encodeSyncMessage(message) });
  }

  /** Takes in what came, and answers it; says whether anything came. */
  listen() {
    const fresh = this.socket.frames.slice(this.#read);
    this.#read += fresh.length;
    const messages = fresh.filter((frame) => frame.documentId === this.id && ["sync", "request"].includes(frame.type));
    for (const { data } of messages) {
      [this.document, this.state] = Automerge.receiveSyncMessage(this.document, this.state, data);
    }
    if (messages.length > 0) this.talk();
    return messages.length > 0;
  }

  change(edit) {
    this.document = Automerge.change(this.document, edit);
    return this;
  }

  /** Talks until the hub has what this copy has, and this copy what the hub has, and `settled` holds. */
  async sync(settled = () => true, within) {
    this.talk();
    await until("the document to settle", () => {
      this.listen();
      return this.isAcknowledged() && settled(this.document);
    }, within);
    return this;
  }

  /** Does the hub say that it has everything that is here? */
  isAcknowledged() {
    const theirs = this.state.theirHeads;
    const mine = Automerge.getHeads(this.document);
    return Array.isArray(theirs) && mine.length > 0 && mine.every((head) => theirs.includes(head));
  }
}
