CREATE TABLE warehouses (
    id        bigserial PRIMARY KEY,
    code      text NOT NULL UNIQUE,
    city      text NOT NULL,
    postcode  text NOT NULL,
    volume    integer NOT NULL -- litres
);

CREATE TABLE bins (
    id            bigserial PRIMARY KEY,
    warehouse_id  bigint NOT NULL REFERENCES warehouses (id),
    label         text NOT NULL,
    volume        integer NOT NULL,
    used          integer NOT NULL DEFAULT 0,
    closed        boolean NOT NULL DEFAULT false
);

CREATE TABLE stock_takes (
    id            bigserial PRIMARY KEY,
    bin_id        bigint NOT NULL REFERENCES bins (id),
    counted       integer NOT NULL,
    expected      integer NOT NULL,
    counted_by    text NOT NULL,
    counted_at    timestamptz NOT NULL DEFAULT now()
);
