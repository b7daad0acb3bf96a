ALTER TABLE "Weird Schema"."Mixed ""Case"" T" DROP COLUMN note;
