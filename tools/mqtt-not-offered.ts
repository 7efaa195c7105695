/** Tests of the conformance suite that ask for what the built-in broker does not offer by design, with the reason. */
const retained = 'messages that are kept for later subscribers'
const sessions = 'sessions that outlive their connection'
const properties = 'properties of a message are not passed on to other clients'
const closedTopic = 'asks for a topic that the configuration of the broker closes to subscribers; there is none'
const dollar = 'topics that begin with $ are the server’s own: a message to one ends the connection'

export const notOffered: Readonly<Record<string, string>> = {
  '3.1.1 test_retained_messages': retained,
  '3.1.1 test_offline_message_queueing': sessions,
  '3.1.1 test_redelivery_on_reconnect': sessions,
  '3.1.1 test_subscribe_failure': closedTopic,
  '3.1.1 test_dollar_topics': dollar,
  '5 test_retained_message': retained,
  '5 test_will_message': `the will comes, without its user property: ${properties}`,
  '5 test_offline_message_queueing': sessions,
  '5 test_redelivery_on_reconnect': sessions,
  '5 test_subscribe_failure': closedTopic,
  '5 test_dollar_topics': dollar,
  '5 test_session_expiry': sessions,
  '5 test_user_properties': properties,
  '5 test_payload_format': properties,
  '5 test_publication_expiry': sessions,
  '5 test_subscribe_options': `no local works; the rest needs ${retained}`,
  '5 test_subscribe_identifiers': 'subscription identifiers, as CONNACK states',
  '5 test_request_response': properties,
  '5 test_client_topic_alias': `aliases work; its second half needs ${sessions}`,
  '5 test_server_topic_alias': 'aliases that the server sets, which it may leave',
  '5 test_server_keep_alive': 'a keep-alive that the server sets: that of the client is taken',
  '5 test_will_delay': `a will is sent at once: a delay needs ${sessions}`,
  '5 test_shared_subscriptions': 'shared subscriptions, as CONNACK states',
}
