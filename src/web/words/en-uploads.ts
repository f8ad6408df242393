/** English words of uploads, variants and downloads; see `en.ts`. */
import type { viUploads } from './vi-uploads.ts'

export const enUploads: Record<keyof typeof viUploads, string> = {
  'state.fit': 'fit',
  'state.unfit': 'not fit',
  'field.script': 'Script (id)',
  'field.version': 'Version (number)',
  'wrong.version': '“{typed}” is not a version. A version is a whole number from 1.',
  'error.no-version':
    'There is no such version of a script, or it was not submitted. Start again from the page of recordings.',
  'error.no-upload':
    'No recording that somebody brought has this id. Start again from the page of people’s own recordings.',
  'error.original-gone':
    'The original of this recording is not whole on the hub any more. Restore the audio folder from a backup.',
  'error.too-much': 'What was sent is too long and was not taken. Write less and send it again.',

  'airings.file': 'Download the file to play (MP3)',

  'recordings.variants':
    'Each station has its own, with its own name and unit; this is one of {count} {count|variant|variants}.',
  'recordings.variants-link': 'The variant of each station',
  'recordings.variants-title': 'The variant of each station: {title}',
  'recordings.none-here': 'This script has no variants for stations.',
  'recordings.gate-whole': 'tested as a whole',
  'recordings.gate-packets': 'tested packet by packet',
  'recordings.person': 'A person’s voice: {speaker}',
  'recordings.person-words': 'A person read this one; there is no transcript to look at.',
  'recordings.language': 'in {language}',
  'recordings.uploads': 'People’s own recordings',
  'recordings.uploads-text': 'A voice that people know, in the language they speak, in place of a machine’s.',

  'uploads.title': 'People’s own recordings',
  'uploads.lead':
    'A person’s voice in place of a machine’s: the original stays as it came; what is played is made clear for loudspeakers and waits for approval like any recording.',
  'uploads.new': 'Send a recording',
  'uploads.none':
    'Nobody has brought a recording yet. Use the phone’s voice recorder, read the submitted words, a hand’s breadth from the mouth, in a quiet place; then send that file.',
  'uploads.none-closed': 'On the hub’s machine: loa uploads add <file>.',
  'uploads.search': 'Search by script, speaker or language',
  'uploads.back': 'All of these recordings',
  'uploads.language': 'Language',
  'uploads.language-vi': 'Vietnamese',
  'uploads.speaker': 'Speaker',
  'uploads.consent': 'Consent',
  'uploads.by': 'Sent by',
  'uploads.by-at': '{name}, {at}',
  'uploads.at': 'Sent at',
  'uploads.file': 'Original',
  'uploads.bytes': 'Bytes',
  'uploads.format': 'Kind of file',
  'uploads.station': 'Only for station',
  'uploads.size-kb': '{count} kB',
  'uploads.size-mb': '{count} MB',
  'uploads.format-text': '{name} · {size} · {format}, {rate} kHz, {channels} {channels|channel|channels}',
  'uploads.state': 'Result',
  'uploads.why': 'Why it is not fit',
  'uploads.treatment': 'What was done',
  'uploads.declipped': 'peaks that were cut off when it was recorded were drawn anew',
  'uploads.noise-reduced': 'background noise was reduced',
  'uploads.trimmed': '{seconds} s of silence were taken from both ends',
  'uploads.louder': 'made {decibels} dB louder',
  'uploads.softer': 'made {decibels} dB softer',
  'uploads.as-it-came': 'as loud as it came',
  'uploads.before': 'Before',
  'uploads.after': 'After',
  'uploads.seconds': 'Length (seconds)',
  'uploads.loudness-before': 'LUFS before',
  'uploads.loudness-after': 'LUFS after',
  'uploads.wave-before': 'Waveform of the original: {quality}',
  'uploads.wave-after': 'Waveform after treatment: {quality}',
  'uploads.play-before': 'Play the original: {title}, {speaker}',
  'uploads.play-after': 'Play it as treated: {title}, {speaker}',
  'uploads.not-playable': 'Browsers cannot play this kind of file; download it to listen.',
  'uploads.not-kept': 'What was made of it is not kept, because it is not fit.',
  'uploads.download-original': 'Download the original',
  'uploads.next-approve': 'Next: a second person listens and approves this script.',
  'uploads.next-again': 'Next: record it again as said above, and send the new file.',

  'upload.title': 'Send a recording',
  'upload.lead':
    'Read the submitted words. A weak network will do: what was sent is kept and the rest goes on.',
  'upload.how':
    'These pages only show and take no files. Bring the recording with this command on the hub’s machine:',
  'upload.how-desk':
    'To send from this page, set LOA_DESK=1 on a machine that only the station’s staff use, and start the hub again.',
  'upload.no-script':
    'This browser does not run the page’s script: it can send a file of up to {size} MB, and cannot go on where the network breaks it off.',
  'upload.wrong-plain':
    'The file is larger than 20 MB. Export it as MP3 or M4A, or send it with a browser that runs the page’s script.',
  'upload.no-versions': 'No script is submitted yet, so there is nothing to read. Submit one first:',
  'upload.no-people':
    'There is nobody yet who may bring recordings (editor, approver or admin). Add somebody:',
  'upload.script': 'Script that is read',
  'upload.language': 'Language it is read in',
  'upload.speaker': 'Speaker (full name)',
  'upload.consent': 'How the speaker agreed to be heard',
  'upload.consent-help': 'For example: signed a form on 20 Nov 2026, kept at the commune office.',
  'upload.noise': 'Reduce background noise (wind, fans, engines)',
  'upload.by': 'Sent by',
  'upload.choose': 'Choose',
  'upload.file': 'Sound file',
  'upload.file-help':
    'WAV, MP3, M4A, OGG, FLAC, AMR, 3GP or WEBM; at most {size} MB, {seconds} seconds to {minutes} minutes long.',
  'upload.received': 'The hub has the file “{name}” ({size}). Choose another file to replace it.',
  'upload.send': 'Send the recording',
  'upload.pause': 'Pause',
  'upload.resume': 'Go on sending',
  'upload.cancel': 'Give up sending',
  'upload.progress': 'Sent so far',
  'upload.refused': 'The recording was not taken',
  'upload.again': 'Put it right, then choose the file and send again. What you wrote is kept below.',
  'upload.wrong': 'Not sent yet: put the marked fields right.',
  'upload.wrong-script': 'Choose a script from the list; withdrawn ones take no recordings.',
  'upload.wrong-language': 'Choose a language from the list.',
  'upload.wrong-speaker': 'Write the speaker’s full name, 1 to 120 characters.',
  'upload.wrong-consent': 'Write how the speaker agreed to be heard, 1 to 500 characters.',
  'upload.wrong-by': 'Choose who sends it from the list.',
  'upload.wrong-noise': 'Noise reduction can only be ticked or left empty.',
  'upload.wrong-file':
    'No file has arrived, or an unfinished one is older than 24 hours. Choose the file and send it again.',
  'upload.busy':
    'This file is being treated already. Wait some minutes, then look at the page of people’s own recordings.',
  'upload.stopped':
    'The hub is stopping, so the file was not treated. Send it again when the hub runs again.',
  'upload.sent': 'Sent {sent} of {total} MB',
  'upload.left-seconds': 'about {count} s left',
  'upload.left-minutes': 'about {count} min left',
  'upload.sending': 'The file is being sent. You may pause and go on later.',
  'upload.resuming': 'Going on where it stopped last time.',
  'upload.paused': 'Paused. What was sent is kept for 24 hours.',
  'upload.retrying': 'The network is unsteady; trying again. What was sent is kept.',
  'upload.offline': 'The network is gone. What was sent is kept; it goes on by itself when it is back.',
  'upload.cut': 'It cannot go on at the moment. What was sent is kept; press “Go on sending” to try again.',
  'upload.cancelled': 'Given up. What was sent was removed from the hub.',
  'upload.treating':
    'All sent. The file is being listened to and treated, which may take a minute or two; please keep the page open.',
  'upload.too-large':
    'The file has {size} MB; at most {most} MB are taken. Export it as MP3 or M4A and choose that.',
  'upload.too-many': 'Too many files are half sent at the moment. Try again in a few minutes.',
  'upload.refused-sending':
    'The hub takes no file from this page. Open the page on the hub’s own machine and do it again.',
}
