#!/bin/sh
# Edits a photo twice with nothing but curl: examples/curl.sh photo.jpg "Let it be autumn" "Make it night" edited.jpg
# PENTIMENTO_URL says where the service listens, PENTIMENTO_KEY holds a key where one is needed.
set -eu
photo=$1 first=$2 second=$3 result=$4
api=${PENTIMENTO_URL:-http://127.0.0.1:8787}

call() { curl --silent --show-error --fail-with-body --header "Authorization: Bearer ${PENTIMENTO_KEY:-none}" "$@"; }
# Reads one field of the JSON that comes in.
field() { node -p "JSON.parse(fs.readFileSync(0, 'utf8')).$1"; }
# Puts a text into quotes, as JSON wants it.
quote() { node -p 'JSON.stringify(process.argv[1])' "$1"; }

session=$(call "$api/v1/sessions" --json '{"title": "From the command line"}' | field id)

# The first edit comes as a form with its photo. "Prefer: wait" holds the answer back until the turn has ended, and under the
# same Idempotency-Key a repeat is the same turn, so that curl may try again when the connection breaks.
call "$api/v1/sessions/$session/turns" --retry 3 --header 'Prefer: wait=50' --header "Idempotency-Key: first-of-$session" \
  --form "prompt=$first" --form "image=@$photo" | field status

# The second builds on it. Without "Prefer" the answer comes at once, and the turn is watched until it has ended.
turn=$(call "$api/v1/sessions/$session/turns" --json "{\"parts\": [{\"type\": \"text\", \"text\": $(quote "$second")}]}" | field id)
call --no-buffer "$api/v1/turns/$turn/events" | grep '^event: '

picture=$(call "$api/v1/turns/$turn" | field output.image.mediaId)
call "$api/v1/media/$picture/content" --output "$result"
