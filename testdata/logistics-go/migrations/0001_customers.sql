CREATE TABLE customers (
    id            bigserial PRIMARY KEY,
    name          text NOT NULL,
    email         text NOT NULL,
    phone         text,
    language      varchar(2) NOT NULL DEFAULT 'en',
    credit_limit  bigint NOT NULL DEFAULT 0,
    blocked       boolean NOT NULL DEFAULT false,
    created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE addresses (
    id           bigserial PRIMARY KEY,
    customer_id  bigint NOT NULL REFERENCES customers (id),
    kind         text NOT NULL, -- billing, pickup
    street       text NOT NULL,
    postcode     text NOT NULL,
    city         text NOT NULL,
    country      char(2) NOT NULL
);
