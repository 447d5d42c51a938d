/** The one field of EXIF that changes how a picture looks: Orientation, tag 0x0112 of IFD 0 (EXIF 2.32 §4.6.4). */

const ORIENTATION_TAG = 0x0112
const TYPE_SHORT = 3
const ENTRY_BYTES = 12

/** The orientation, 1 to 8, in a TIFF block as EXIF holds it; 1 where it says nothing readable. */
export function readOrientation(tiff: DataView): number {
  if (tiff.byteLength < 14) return 1
  const order = tiff.getUint16(0)
  const little = order === 0x4949
  if ((!little && order !== 0x4d4d) || tiff.getUint16(2, little) !== 42) return 1
  const directory = tiff.getUint32(4, little)
  if (directory + 2 > tiff.byteLength) return 1
  const entries = Math.min(tiff.getUint16(directory, little), Math.floor((tiff.byteLength - directory - 2) / ENTRY_BYTES))
  for (let n = 0; n < entries; n++) {
    const at = directory + 2 + n * ENTRY_BYTES
    if (tiff.getUint16(at, little) !== ORIENTATION_TAG) continue
    const value = tiff.getUint16(at + 8, little)
    return tiff.getUint16(at + 2, little) === TYPE_SHORT && value >= 1 && value <= 8 ? value : 1
  }
  return 1
}

/** A TIFF block of 26 bytes that says the orientation and nothing else. */
export function writeOrientation(orientation: number): Uint8Array {
  const tiff = new DataView(new ArrayBuffer(26))
  tiff.setUint32(0, 0x4d4d002a)
  tiff.setUint32(4, 8)
  tiff.setUint16(8, 1)
  tiff.setUint16(10, ORIENTATION_TAG)
  tiff.setUint16(12, TYPE_SHORT)
  tiff.setUint32(14, 1)
  tiff.setUint16(18, orientation)
  return new Uint8Array(tiff.buffer)
}
