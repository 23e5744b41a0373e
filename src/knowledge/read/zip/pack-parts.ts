import { crc32 } from 'node:zlib';
import type { Parts } from './open-package.ts';

/**
 * A zip archive of parts, stored as they are. Libraries that open archives by themselves get one of these instead of the bytes that
 * somebody brought: then what they inflate is what was checked, however differently two readers of zip may take the same bytes.
 *
 * The format is that of APPNOTE.TXT 6.3, without ZIP64: up to 65,535 parts and 4 GiB.
 */
export function packParts(parts: Parts): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of parts) {
    const path = Buffer.from(name);
    const facts = factsOf(content, path.length);
    const head = Buffer.concat([localMark, facts, path, content]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([centralMark, facts, place, path]));
    local.push(head);
    offset += head.length;
  }
  const directory = Buffer.concat(central);
  return Buffer.concat([...local, directory, endOf(parts.size, directory.length, offset)]);
}

const localMark = Buffer.from('PK\x03\x04');
/** With the version that made it. */
const centralMark = Buffer.from('PK\x01\x02\x14\x00', 'latin1');
const namesInUtf8 = 0x0800;

/** What both headers say of a part: version, flags, method 0 (stored), time, check sum, sizes, lengths of name and extra field. */
function factsOf(content: Buffer, nameLength: number): Buffer {
  const facts = Buffer.alloc(26);
  facts.writeUInt16LE(20, 0);
  facts.writeUInt16LE(namesInUtf8, 2);
  facts.writeUInt16LE(0x21, 8); // 1 January 1980: the first day that there is
  facts.writeUInt32LE(crc32(content), 10);
  facts.writeUInt32LE(content.length, 14);
  facts.writeUInt32LE(content.length, 18);
  facts.writeUInt16LE(nameLength, 22);
  return facts;
}

function endOf(parts: number, directoryBytes: number, offset: number): Buffer {
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(parts, 8);
  end.writeUInt16LE(parts, 10);
  end.writeUInt32LE(directoryBytes, 12);
  end.writeUInt32LE(offset, 16);
  return end;
}
