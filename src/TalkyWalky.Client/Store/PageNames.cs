using TalkyWalky.Wire;

namespace TalkyWalky.Client.Store;

/// <summary>The names on one page of messages: each is read and decrypted once. Lives no longer than its query, so nothing in it grows old.</summary>
internal sealed class PageNames(Rows rows)
{
    private readonly Dictionary<long, Contact> _conversations = [];
    private readonly Dictionary<UserId, (string? Username, string? Shown)> _authors = [];

    /// <summary>All conversations and contacts at once, where nearly all are needed.</summary>
    public void Load()
    {
        foreach (var (contact, shown) in rows.Contacts.Everyone())
        {
            _conversations[contact.Id] = contact;
            if (contact is { Kind: ContactKind.Person, User: { } user }) _authors[user] = (contact.Username, shown);
        }
    }

    public Contact Conversation(long id)
    {
        if (!_conversations.TryGetValue(id, out var known))
            _conversations.Add(id, known = rows.Contacts.Find(id) ?? throw new ProfileDamagedException("a message has no contact"));
        return known;
    }

    /// <summary>Null for what is not known of this person.</summary>
    public (string? Username, string? Shown) Author(UserId user)
    {
        if (!_authors.TryGetValue(user, out var known)) _authors.Add(user, known = (rows.Contacts.Find(user)?.Username, rows.Names.Shown(user)));
        return known;
    }
}
