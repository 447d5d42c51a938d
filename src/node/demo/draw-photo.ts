/** The photo the conversation starts from, drawn so that the repository carries no binary: a house at a lake, with hills behind. */
import sharp from 'sharp'

const WIDTH = 1024
const HEIGHT = 768

const DEFINITIONS = `
  <linearGradient id="sky" x1="0" y1="0" x2="0" y2="1">
    <stop offset="0" stop-color="#6fb1e4"/><stop offset=".7" stop-color="#cfe8f6"/><stop offset="1" stop-color="#fdf0d9"/>
  </linearGradient>
  <linearGradient id="water" x1="0" y1="0" x2="0" y2="1">
    <stop offset="0" stop-color="#a9d3e6"/><stop offset="1" stop-color="#4f93b8"/>
  </linearGradient>
  <linearGradient id="meadow" x1="0" y1="0" x2="0" y2="1">
    <stop offset="0" stop-color="#9cc46a"/><stop offset="1" stop-color="#5f9444"/>
  </linearGradient>
  <linearGradient id="roof" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#b4593f"/><stop offset="1" stop-color="#8d3f2c"/></linearGradient>
  <linearGradient id="wall" x1="0" y1="0" x2="1" y2="0"><stop offset="0" stop-color="#f7eddb"/><stop offset="1" stop-color="#e3d3b7"/></linearGradient>
  <radialGradient id="sun"><stop offset="0" stop-color="#fff8d8"/><stop offset=".35" stop-color="#ffeeae"/><stop offset="1" stop-color="#ffeeae" stop-opacity="0"/></radialGradient>
  <filter id="soft"><feGaussianBlur stdDeviation="5"/></filter>`

const BACKGROUND = `
  <rect width="1024" height="768" fill="url(#sky)"/>
  <circle cx="800" cy="150" r="150" fill="url(#sun)"/>
  <g fill="#fff" opacity=".85" filter="url(#soft)">
    <ellipse cx="210" cy="130" rx="95" ry="26"/><ellipse cx="265" cy="110" rx="60" ry="28"/><ellipse cx="560" cy="80" rx="80" ry="18"/>
  </g>
  <path d="M0 400 L150 250 L260 345 L400 215 L560 365 L700 270 L860 390 L1024 300 V520 H0Z" fill="#8fa7bd"/>
  <path d="M400 215 L352 260 L392 268 L420 250 L445 262 L450 262Z" fill="#f4f8fb"/>
  <path d="M0 430 Q180 350 380 420 T760 400 T1024 420 V540 H0Z" fill="#7d9f86"/>
  <rect y="470" width="1024" height="120" fill="url(#water)"/>
  <g stroke="#e6f4fa" stroke-width="3" stroke-linecap="round" opacity=".7">
    <path d="M90 500h70M220 520h110M640 496h90M770 522h130M560 540h60M40 545h80"/>
  </g>`

const FOREGROUND = `
  <path d="M0 560 Q260 500 520 545 T1024 530 V768 H0Z" fill="url(#meadow)"/>
  <path d="M512 640 Q560 690 440 768 H600 Q640 690 548 640Z" fill="#dccba4"/>
  <g fill="#3f7040">
    <path d="M120 610 L165 420 L210 610Z"/><path d="M58 630 L95 480 L132 630Z" fill="#4a7f49"/><path d="M205 632 L236 510 L267 632Z" fill="#4a7f49"/>
  </g>
  <rect x="890" y="500" width="20" height="130" rx="6" fill="#7a5a3a"/>
  <g fill="#6aa04b"><circle cx="900" cy="460" r="72"/><circle cx="850" cy="495" r="46"/><circle cx="948" cy="498" r="48"/></g>
  <g fill="#86b960"><circle cx="880" cy="435" r="34"/><circle cx="925" cy="462" r="22"/></g>`

const HOUSE = `
  <ellipse cx="540" cy="648" rx="215" ry="16" fill="#3f6a30" opacity=".35"/>
  <rect x="650" y="372" width="34" height="80" fill="#a4634a"/><rect x="644" y="364" width="46" height="14" fill="#8a4f3a"/>
  <rect x="370" y="478" width="330" height="166" fill="url(#wall)"/>
  <path d="M345 486 L430 370 H640 L725 486Z" fill="url(#roof)"/>
  <g stroke="#7d3625" stroke-width="2" opacity=".5"><path d="M408 400H662M387 428H683M366 457H704"/></g>
  <rect x="505" y="540" width="62" height="104" rx="3" fill="#7c5a3c"/><circle cx="556" cy="595" r="4" fill="#e9c46a"/>
  <rect x="498" y="640" width="76" height="9" fill="#b9a583"/>
  <g fill="#cfe6f2" stroke="#fffaf0" stroke-width="7">
    <rect x="400" y="528" width="70" height="62"/><rect x="602" y="528" width="70" height="62"/>
  </g>
  <g stroke="#fffaf0" stroke-width="4"><path d="M435 528v62M400 559h70M637 528v62M602 559h70"/></g>
  <g fill="#5b8a3c"><ellipse cx="435" cy="640" rx="52" ry="17"/><ellipse cx="640" cy="640" rx="52" ry="17"/></g>
  <g fill="#e4657a"><circle cx="410" cy="634" r="5"/><circle cx="440" cy="630" r="5"/><circle cx="620" cy="632" r="5"/><circle cx="655" cy="635" r="5"/></g>`

const FENCE = `
  <g fill="#f3ece0">
    <rect x="0" y="690" width="390" height="8"/><rect x="0" y="716" width="390" height="8"/>
    <rect x="655" y="690" width="369" height="8"/><rect x="655" y="716" width="369" height="8"/>
    ${posts(10, 390)}${posts(668, 1024)}
  </g>`

function posts(fromX: number, toX: number): string {
  const count = Math.ceil((toX - fromX) / 44)
  return Array.from({ length: count }, (_, index) => `<path d="M${fromX + index * 44} 742v-62l7-10 7 10v62z"/>`).join('')
}

/** Draws the photo: a JPEG of 1024 × 768 pixels, the same bytes every time. */
export async function drawPhoto(): Promise<Buffer> {
  const size = `width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}"`
  const scene = `<svg xmlns="http://www.w3.org/2000/svg" ${size}><defs>${DEFINITIONS}</defs>${BACKGROUND}${FOREGROUND}${HOUSE}${FENCE}</svg>`
  return await sharp(Buffer.from(scene)).jpeg({ quality: 90 }).toBuffer()
}
