CREATE TABLE rate_cards (
    id         bigserial PRIMARY KEY,
    service    text NOT NULL,
    zone       text NOT NULL,
    base       bigint NOT NULL,
    per_kg     bigint NOT NULL,
    valid_to   date
);

CREATE TABLE charges (
    id           bigserial PRIMARY KEY,
    customer_id  bigint NOT NULL REFERENCES customers (id),
    shipment_id  bigint REFERENCES shipments (id),
    invoice_id   bigint,
    kind         text NOT NULL, -- freight, storage, surcharge
    amount       bigint NOT NULL,
    voided       boolean NOT NULL DEFAULT false,
    created_at   timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE invoices (
    id           bigserial PRIMARY KEY,
    number       text NOT NULL UNIQUE,
    customer_id  bigint NOT NULL REFERENCES customers (id),
    status       text NOT NULL, -- open, paid, overdue
    total        bigint NOT NULL,
    due_at       date NOT NULL,
    reminders    integer NOT NULL DEFAULT 0,
    created_at   timestamptz NOT NULL DEFAULT now()
);

ALTER TABLE charges ADD CONSTRAINT charges_invoice FOREIGN KEY (invoice_id) REFERENCES invoices (id);
