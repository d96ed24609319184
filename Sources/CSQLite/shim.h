#pragma once
#include <sqlite3.h>

// sqlite3_db_config is variadic; these are the forms with one switch.
static inline int postern_sqlite_switch(sqlite3 *db, int option, int on) {
  int now = 0;
  int code = sqlite3_db_config(db, option, on, &now);
  return code != SQLITE_OK ? code : (now == on ? SQLITE_OK : SQLITE_ERROR);
}

// sqlite3_config is variadic too. Without statistics an allocation takes no lock that all connections
// share; the code is ignored by design: once the library runs it stays as it is.
static inline int postern_sqlite_without_statistics(void) {
  return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

// SQLITE_TRANSIENT is a cast of -1 to a function pointer, which Swift does not import.
static inline int postern_sqlite_bind_text(sqlite3_stmt *statement, int index, const char *bytes, int count) {
  return sqlite3_bind_text(statement, index, bytes, count, SQLITE_TRANSIENT);
}
static inline int postern_sqlite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, int count) {
  // A null pointer would bind null; an empty blob is something else.
  return count == 0 ? sqlite3_bind_zeroblob(statement, index, 0)
                    : sqlite3_bind_blob(statement, index, bytes, count, SQLITE_TRANSIENT);
}

// The only hook that we set: it notes how many pages the write-ahead log has after a commit.
static int postern_sqlite_note_wal(void *pages, sqlite3 *db, const char *name, int count) {
  (void)db;
  (void)name;
  *(int *)pages = count;
  return SQLITE_OK;
}
static inline void postern_sqlite_watch_wal(sqlite3 *db, int *pages) {
  sqlite3_wal_hook(db, postern_sqlite_note_wal, pages);
}
