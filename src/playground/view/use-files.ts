/** Pictures that are dropped on the page, or pasted into it. */
import { useEffect, useState } from 'preact/hooks'
import { attachFiles } from '../state/attachments.ts'
import { useDesk } from './desk.ts'

/** True while files are being dragged over the page. */
export function useDroppedAndPastedFiles(): boolean {
  const desk = useDesk()
  const [dragging, setDragging] = useState(false)
  useEffect(() => {
    const listening = new AbortController()
    const { signal } = listening
    const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') ?? false
    const onDragOver = (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      setDragging(true)
    }
    const onDragLeave = ({ relatedTarget }: DragEvent) => relatedTarget === null && setDragging(false)
    const onDrop = (event: DragEvent) => {
      setDragging(false)
      if (!hasFiles(event)) return
      event.preventDefault()
      attachFiles(desk, [...(event.dataTransfer?.files ?? [])])
    }
    const onPaste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])]
      if (files.length === 0) return
      event.preventDefault()
      attachFiles(desk, files)
    }
    addEventListener('dragover', onDragOver, { signal })
    addEventListener('dragleave', onDragLeave, { signal })
    addEventListener('drop', onDrop, { signal })
    addEventListener('paste', onPaste, { signal })
    return () => listening.abort()
  }, [desk])
  return dragging
}
