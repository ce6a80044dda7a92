import type { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';
import type { Response } from 'express';

/** A file that is made while it is sent. One that breaks off is cut, so that it never looks complete. */
export function download(content: Readable, type: string, name: string): StreamableFile {
  return new StreamableFile(content, { type, disposition: `attachment; filename="${name}"` }).setErrorHandler(
    (_error, response) => {
      (response as Response).destroy();
    },
  );
}
