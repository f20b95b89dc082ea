// Callbacks are found by their id and by what they are told of, deliveries by when they are due, and when they ended.
CREATE CONSTRAINT callback_id_unique IF NOT EXISTS FOR (n:Callback) REQUIRE (n.id) IS UNIQUE;
CREATE INDEX callback_subject IF NOT EXISTS FOR (n:Callback) ON (n.subject);
CREATE INDEX delivery_due_second IF NOT EXISTS FOR (n:Delivery) ON (n.due_second);
CREATE INDEX delivery_ended_second IF NOT EXISTS FOR (n:Delivery) ON (n.ended_second);
CREATE CONSTRAINT delivery_id_unique IF NOT EXISTS FOR (n:Delivery) REQUIRE (n.id) IS UNIQUE;
