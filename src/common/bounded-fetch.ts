export interface FetchBounds {
  /** Until the answer's head is there, milliseconds: name look-up, connection, the server's thinking. */
  readonly headMs: number;
  /** The longest pause between two pieces of the body, milliseconds. */
  readonly stallMs: number;
}

/** A `fetch` that never hangs: it rejects when the head is late, and its body errors when the stream stalls. */
export function boundedFetch({ headMs, stallMs }: FetchBounds): typeof fetch {
  return async (input, init) => {
    const control = new AbortController();
    const watch = (ms: number, what: string): NodeJS.Timeout =>
      setTimeout(() => {
        control.abort(new Error(`${what} within ${ms} ms`));
      }, ms).unref();
    const head = watch(headMs, 'no answer');
    const response = await fetch(input, { ...init, signal: control.signal }).finally(() => {
      clearTimeout(head);
    });
    if (!response.body) return response;

    let stall = watch(stallMs, 'the download stalled: nothing came');
    const watched = response.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, out) {
          clearTimeout(stall);
          stall = watch(stallMs, 'the download stalled: nothing came');
          out.enqueue(chunk);
        },
        flush() {
          clearTimeout(stall);
        },
      }),
    );
    return new Response(watched, {
      status: response.status,
      statusText: response.statusText,
      headers: response.headers,
    });
  };
}
