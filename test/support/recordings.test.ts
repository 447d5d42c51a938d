import { expect, it } from 'vitest'
import { describeWithRecordings, readCassette, readRecording } from './recordings.ts'

describeWithRecordings('recordings', () => {
  it('are read from cassettes with parsed bodies, signatures whole', () => {
    const [{ request, response } = noInteraction()] = readCassette('pydantic-ai/test_google_image_generation_with_text.yaml')
    expect(request).toMatchObject({ method: 'POST', url: expect.stringContaining('gemini-3-pro-image-preview:generateContent') })
    const answer = JSON.parse(response.body.toString('utf8'))
    expect(response.status).toBe(200)
    expect(answer.candidates[0].content.parts[1].thoughtSignature.length).toBeGreaterThan(1_000_000)
  })

  it('are read from VCR cassettes, binary bodies as bytes', () => {
    const upload = readCassette('ruby_llm/uploadedfile_live_uploads_gemini_uploads_a_pdf_through_the_files_api.yml')
    expect(upload.some(({ request }) => request.body.subarray(0, 5).toString('latin1') === '%PDF-')).toBe(true)
    const [refusal = noInteraction()] = readCassette(
      'ruby_llm/chat_error_handling_with_gemini_gemini-2_5-flash_raises_appropriate_auth_error.yml',
    )
    expect(refusal.response).toMatchObject({ status: 400, headers: { 'content-type': 'application/json; charset=UTF-8' } })
  })

  it('are read from httpmock cassettes', () => {
    const [{ response } = noInteraction()] = readCassette('rig/nonexistent_model_error_preserves_status_and_body.yaml')
    expect(response.status).toBe(404)
    expect(JSON.parse(response.body.toString('utf8')).error.code).toBe(404)
  })

  it('are read as bytes where they are plain files', () => {
    expect(readRecording('vercel-ai/google-429-retry-info.json').toString('utf8')).toContain('RESOURCE_EXHAUSTED')
  })
})

function noInteraction(): never {
  throw new Error('the cassette is empty')
}
