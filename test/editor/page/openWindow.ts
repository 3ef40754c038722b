/** Opens the editor for one test: it stops when the test is over, and a failure leaves a picture. */
import { onTestFinished } from 'vitest'
import { type Editor, type EditorOptions, openEditor, takePicture } from '../openEditor.ts'

export async function openWindow(options: EditorOptions = {}): Promise<Editor> {
  const editor = await openEditor(options)
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail') await takePicture(editor.page, `failed ${task.name.slice(0, 60)}`)
    await editor.stop()
  })
  // The palette shows only what is contributed when it opens.
  await editor.page.getByRole('tab', { name: 'Signature Tuner' }).waitFor()
  return editor
}
