namespace TalkyWalky.Engines.Copying;

public enum ColumnKind
{
    Bytes,
    Text,

    /// <summary>32 bits, where an engine tells apart.</summary>
    Small,
    Number,
    Truth,
}

public sealed record StoreColumn(string Name, ColumnKind Kind);

/// <summary>A table that every engine has with the same columns. Rows are values in their order: byte[], string, long (also 0 and 1 for truth) or null.</summary>
/// <param name="Key">How many of the columns, from the first, are the primary key: what rows are sorted by, as bytes or numbers.</param>
public sealed record StoreTable(string Name, int Key, IReadOnlyList<StoreColumn> Columns)
{
    /// <summary>All that a store and its accounts remember, as the newest schemas have it.</summary>
    public static IReadOnlyList<StoreTable> All { get; } =
    [
        new("account", 1, [Bytes("user"), Text("username"), Text("full_name"), Text("mail"), Truth("enabled"), Bytes("salt"), Bytes("hash"), Small("iterations"), Number("password_changed_at")]),
        new("attempt", 1, [Text("username"), Number("failures"), Number("last_at"), Number("locked_until")]),
        new("device", 1, [
            Bytes("device"), Bytes("user"), Bytes("key_hash"), Small("state"), Number("activated_at"), Number("added_at"), Number("login_at"), Number("generation"),
            Text("identity_serial"), Text("encryption_serial"), Text("name"), Bytes("approval"), Number("revoked_at")]),
        new("device_key", 1, [Bytes("key_hash"), Bytes("device")]),
        new("certificate", 1, [
            Text("serial"), Small("kind"), Bytes("user"), Bytes("device"), Bytes("der"), Number("not_before"), Number("not_after"), Number("issued_at"),
            Number("revoked_at"), Small("revocation_reason"), Bytes("issuer")]),
        new("crl", 1, [Bytes("issuer"), Number("number"), Bytes("der")]),
        new("sequence", 1, [Text("name"), Number("value")]),
        new("invitation", 1, [Bytes("token_hash"), Text("username"), Number("created_at"), Number("expires_at"), Number("used_at")]),
        new("presence", 1, [Bytes("user"), Number("seen_at")]),
        new("profile", 1, [Bytes("user"), Number("version"), Bytes("record")]),
        new("room", 1, [
            Bytes("room"), Number("epoch"), Bytes("head"), Text("name"), Text("topic"), Truth("is_open"), Truth("is_closed"), Small("members"), Bytes("creator")]),
        new("room_commit", 2, [Bytes("room"), Number("epoch"), Bytes("token")]),
        new("room_person", 2, [Bytes("user"), Bytes("room"), Number("until")]),
        new("log_change", 1, [Number("id"), Small("kind"), Text("key")]),
        new("log_leaf", 1, [Number("leaf"), Bytes("data")]),
        new("log_hash", 2, [Small("level"), Number("number"), Bytes("hash")]),
        new("log_list", 2, [Bytes("user"), Number("seq"), Number("leaf")]),
        new("log_identity", 2, [Bytes("user"), Bytes("identity"), Number("seq")]),
        new("log_head", 1, [Number("size"), Bytes("token"), Bytes("keys")]),
        new("log_user", 1, [Bytes("user"), Number("seq"), Bytes("token"), Bytes("path"), Number("expires")]),
    ];

    /// <summary>Quoted, for SQL: user is a word of it.</summary>
    public string ColumnList { get; } = string.Join(", ", Columns.Select(static column => $"\"{column.Name}\""));

    public string KeyList { get; } = string.Join(", ", Columns.Take(Key).Select(static column => $"\"{column.Name}\""));

    private static StoreColumn Bytes(string name) => new(name, ColumnKind.Bytes);

    private static StoreColumn Text(string name) => new(name, ColumnKind.Text);

    private static StoreColumn Small(string name) => new(name, ColumnKind.Small);

    private static StoreColumn Number(string name) => new(name, ColumnKind.Number);

    private static StoreColumn Truth(string name) => new(name, ColumnKind.Truth);
}
