-- What a controller remembers through a power cut. Instants are milliseconds since 1970 UTC, as on the wire.

PRAGMA user_version = 1;

-- Small things: device, epoch, birth, generation, keys-version, last-sequence, previous-message.
CREATE TABLE memory (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

-- Signed documents byte for byte, so that every check can be made again without a network.
CREATE TABLE document (
  kind TEXT NOT NULL CHECK (kind IN ('keys', 'plan', 'approval')),
  name TEXT NOT NULL,               -- the approval's id; '' for the other two, of which there is one
  envelope BLOB NOT NULL,
  received_at INTEGER NOT NULL,
  PRIMARY KEY (kind, name)
) STRICT;

-- Airings that were begun or are over. Kept long after, so that no later plan has one heard or told again.
CREATE TABLE play (
  airing TEXT PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('playing', 'waiting', 'ended')),
  held TEXT NOT NULL,               -- JSON list: SHA-256 of each part as measured before the latest try
  started_at INTEGER,
  tries INTEGER NOT NULL,
  interruptions INTEGER NOT NULL,   -- tries that a power cut ended
  latest_at INTEGER NOT NULL,
  outcome TEXT,
  ended_at INTEGER
) STRICT;

-- The outbox: receipts the hub has not yet said it holds. A receipt is written in the transaction that ends its play.
CREATE TABLE receipt (
  sequence INTEGER PRIMARY KEY,
  body TEXT NOT NULL,               -- JSON, as it will travel
  settled INTEGER NOT NULL          -- 1 = acknowledged, while others of the same message are not
) STRICT;

-- The one message under way, byte for byte: it is repeated unchanged until it is acknowledged.
CREATE TABLE message (
  sha256 TEXT PRIMARY KEY,
  first_sequence INTEGER NOT NULL,
  last_sequence INTEGER NOT NULL,
  envelope BLOB NOT NULL
) STRICT;

-- Whole and checked recordings in the cache.
CREATE TABLE part (
  sha256 TEXT PRIMARY KEY,
  codec TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  needed_at INTEGER NOT NULL        -- the last instant at which a plan named it as needed
) STRICT;
