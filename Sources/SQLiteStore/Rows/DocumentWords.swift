// The words of titles as rows, and those of databases that an older build has filled.

import Base
import Delivery

extension Connection {
  /// The most documents whose words are made in one transaction.
  static let wordsBatch = 1_000

  /// Replaces the words under which a document is found.
  func index(_ words: TitleWords, of document: DocumentID, _ tenant: TenantID) throws(StoreError) {
    let owner: [SQLValue] = [.tenant(tenant), .id(document)]
    try run(WordQueries.set, owner + [.text(words.text)])
    for word in Set(words.list) {
      try run(WordQueries.insert, [.tenant(tenant), .text(word), .id(document)])
    }
  }

  /// Forgets the words of `title`.
  func unindex(
    _ title: String, of document: DocumentID, _ tenant: TenantID
  ) throws(StoreError) {
    for word in Set(TitleWords(title).list) {
      try run(WordQueries.delete, [.tenant(tenant), .text(word), .id(document)])
    }
  }

  /// Makes the words that are missing; for the opening of a database, before anybody else uses it.
  func indexMissingWords() throws(StoreError) {
    var isDone = false
    while !isDone {
      try execute("begin immediate")
      do throws(StoreError) {
        let missing = try all(WordQueries.missing, [.integer(Int64(Connection.wordsBatch))]) {
          (row) throws(StoreError) in
          (try row.tenant(), try row.id(DocumentID.self), row.text())
        }
        for (tenant, document, title) in missing {
          try index(TitleWords(title), of: document, tenant)
        }
        isDone = missing.count < Connection.wordsBatch
        try execute("commit")
      } catch {
        if isInTransaction { try execute("rollback") }
        throw error
      }
    }
  }
}

private enum WordQueries {
  static let set = Query("update documents set words = ?3 where tenant = ?1 and id = ?2")
  static let insert = Query(
    "insert into document_words (tenant, word, document) values (?, ?, ?)")
  static let delete = Query(
    "delete from document_words where tenant = ? and word = ? and document = ?")
  // Over all tenants: what an older build has left. Nulls come first in the index.
  static let missing = Query(
    """
    select d.tenant, d.id, d.title
    from tenants t cross join documents d indexed by documents_title
      on d.tenant = t.id and d.words is null
    limit ?
    """)
}
