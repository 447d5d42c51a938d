-- Rows of a signature fill a page each and stay in the table: by way of TOAST they came in chunks of 2 kB, at twice the cost. Longer
-- ones, which processes of the version before go on writing, still go there.
ALTER TABLE "signature_pieces" SET (toast_tuple_target = 8160);
