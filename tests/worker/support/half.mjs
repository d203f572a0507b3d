// A request whose body is begun, and ended when the test says so.

import http from "node:http";

/**
 * @param {string} url
 * @param {{method: string, token?: string, body?: Uint8Array, length?: number, headers?: Record<string, string>}} options
 *   `body` is what is sent at first, `length` what is announced
 * @returns {Half}
 */
export function begin(url, options) {
  return new Half(url, options);
}

class Half {
  constructor(url, { method, token, body = new Uint8Array(), length = body.length, headers = {} }) {
    this.request = http.request(url, {
      method,
      agent: false,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(length === 0 ? {} : { "content-length": `${length}` }),
        ...headers,
      },
    });
    /** The status, once there is one; headers and body beside it. */
    this.answer = new Promise((resolve, reject) => {
      this.request.once("response", (response) => {
        const parts = [];
        const { statusCode: status, headers } = response;
        this.response = response;
        response.on("data", (part) => parts.push(part));
        response.on("end", () => resolve({ status, headers, body: Buffer.concat(parts) }));
        response.on("error", (error) => resolve({ status, headers, body: Buffer.concat(parts), error }));
      });
      this.request.once("upgrade", (response, socket) => {
        socket.destroy();
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.alloc(0) });
      });
      this.request.on("error", reject);
    });
    /** Is it over, answered or broken off? */
    this.over = false;
    const over = () => (this.over = true);
    this.answer.then(over, over);
    this.request.flushHeaders();
    if (body.length > 0) this.request.write(body);
    if (body.length >= length) this.request.end();
  }

  /** Sends more. */
  write(bytes) {
    return new Promise((resolve) => this.request.write(bytes, resolve));
  }

  /** Sends the rest, and answers what the hub answers. */
  async end(rest) {
    this.request.end(rest);
    return this.answer;
  }

  /** Goes away. */
  destroy() {
    this.request.destroy();
  }
}
