CREATE TABLE shipments (
    id            bigserial PRIMARY KEY,
    number        text NOT NULL UNIQUE,
    customer_id   bigint NOT NULL REFERENCES customers (id),
    status        text NOT NULL,
    service       text NOT NULL, -- economy, express
    origin        text NOT NULL,
    destination   text NOT NULL,
    recipient     text NOT NULL,
    weight        integer NOT NULL, -- grams
    volume        integer NOT NULL, -- litres
    price         bigint NOT NULL,
    vehicle_id    bigint REFERENCES vehicles (id),
    tour_id       bigint REFERENCES tours (id),
    warehouse_id  bigint REFERENCES warehouses (id),
    promised_at   timestamptz NOT NULL,
    delivered_at  timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE parcels (
    id           bigserial PRIMARY KEY,
    shipment_id  bigint NOT NULL REFERENCES shipments (id),
    barcode      text NOT NULL UNIQUE,
    weight       integer NOT NULL
);

CREATE TABLE reservations (
    id            bigserial PRIMARY KEY,
    warehouse_id  bigint NOT NULL REFERENCES warehouses (id),
    shipment_id   bigint NOT NULL REFERENCES shipments (id),
    bin_id        bigint REFERENCES bins (id),
    volume        integer NOT NULL,
    day           date NOT NULL,
    released_at   timestamptz
);
