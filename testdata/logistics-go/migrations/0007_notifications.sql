CREATE TABLE notification_preferences (
    customer_id  bigint PRIMARY KEY REFERENCES customers (id),
    email        boolean NOT NULL DEFAULT true,
    sms          boolean NOT NULL DEFAULT false,
    quiet_from   integer,
    quiet_to     integer
);

CREATE TABLE notification_messages (
    id           bigserial PRIMARY KEY,
    customer_id  bigint NOT NULL REFERENCES customers (id),
    template     text NOT NULL,
    channel      text NOT NULL,
    status       text NOT NULL, -- sent, failed, muted
    created_at   timestamptz NOT NULL DEFAULT now()
);
