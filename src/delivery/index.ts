/**
 * Delivery: devices are told what to play, and get the audio for it, over MQTT.
 *
 * - Every device has one whole plan, signed and numbered. A new generation is made only when what is
 *   still to come has changed, it is kept before it is sent, and an older one is never published: so
 *   repeating is always safe and a device needs to hear only the last word.
 * - Nothing unapproved goes into a plan, and no file is seeded whose bytes are not what its name says.
 *   The device checks all of it again and trusts neither us nor the broker.
 * - Keys, approvals and plans are retained on the broker, from the database: whatever the broker loses,
 *   through a restart or kill -9, is published again. The broker keeps nothing we would miss.
 * - Audio is not pushed at devices: 32 KiB chunks lie on the broker, retained, while somebody needs
 *   them (seeding), within a budget. A device that comes late asks for just what it lacks.
 * - A station without a device gets its airing as one MP3 (by-hand.ts): the same approved bytes and the same
 *   notes that a device would make.
 * - The broker is the installed mosquitto as our child (broker.ts), or any other MQTT 5 broker.
 *
 * What devices say here (state, reported, want) is housekeeping and steers what is sent; it is never
 * evidence that something was heard.
 */
export { airingFile, type AiringWords, airingWords } from './by-hand.ts'
export { type Broker, startBroker } from './broker.ts'
export { type BrokerUser, mosquittoPassword } from './broker-files.ts'
export { createDelivery, type Delivery, type DeliveryOptions, type DeliverySummary } from './delivery.ts'
export { seedingLimits, type SeedingLimits } from './seeding.ts'
export { type DeviceDelivery, deliveryStatus, usersOf } from './status.ts'
