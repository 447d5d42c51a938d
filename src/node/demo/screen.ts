/** The terminal: lines that stay, and on a TTY one status line that is redrawn in place. */
import { styleText } from 'node:util'

export type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan'

export interface Screen {
  /** Whether `status` shows. Without a TTY (a log file, CI) there are plain lines only. */
  live: boolean
  line(text?: string): void
  /** Redraws the status line, cut to the terminal's width. It goes when the next line is written. */
  status(text: string): void
  /** Coloured where the terminal and `NO_COLOR` allow it. */
  paint(style: Style, text: string): string
}

const CLEAR_LINE = '\r\u001b[2K'

export function createScreen(stream: NodeJS.WriteStream): Screen {
  const live = stream.isTTY === true
  let statusShown = false
  const clear = () => {
    if (statusShown) stream.write(CLEAR_LINE)
    statusShown = false
  }
  return {
    live,
    line: (text = '') => {
      clear()
      stream.write(`${text}\n`)
    },
    status: (text) => {
      if (!live) return
      clear()
      stream.write(styleText('dim', text.slice(0, stream.columns - 1), { stream }))
      statusShown = true
    },
    paint: (style, text) => styleText(style, text, { stream }),
  }
}
