using System.Text;

namespace TalkyWalky.Client.Store;

/// <summary>What was begun and not sent.</summary>
internal sealed class DraftRows(Rows rows)
{
    private const string Column = "draft.text";

    public void Keep(Contact contact, string text)
    {
        Forget(contact);
        rows.Execute(
            "INSERT INTO draft(contact, text) VALUES (?1, ?2)", contact.Id, rows.Seal(Column, BitConverter.GetBytes(contact.Id), Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>A person is meant by name: what was begun before he was known to be one with another contact goes too.</summary>
    public void Forget(Contact contact)
    {
        rows.Execute("DELETE FROM draft WHERE contact = ?1", contact.Id);
        if (contact.Kind != ContactKind.Person) return;
        foreach (var other in rows.Query("SELECT contact FROM draft", static reader => reader.GetInt64(0)))
        {
            if (Owner(other).Target == contact.Target) rows.Execute("DELETE FROM draft WHERE contact = ?1", other);
        }
    }

    public void ForgetAll() => rows.Execute("DELETE FROM draft");

    /// <summary>By conversation, in no order that means anything.</summary>
    public List<(Contact Contact, string Text)> All() => rows.Query(
        "SELECT contact, text FROM draft ORDER BY contact",
        reader =>
        {
            var id = reader.GetInt64(0);
            return (Owner(id), Encoding.UTF8.GetString(rows.Open(Column, BitConverter.GetBytes(id), reader.Bytes(1))));
        });

    /// <summary>A contact was another one already; the newer draft of the two is what that one has.</summary>
    public void Move(Contact from, Contact to)
    {
        var drafts = All();
        var text = drafts.Find(one => one.Contact.Id == from.Id).Text;
        if (text is null) return;
        if (!drafts.Exists(one => one.Contact.Id == to.Id)) Keep(to, text);
        rows.Execute("DELETE FROM draft WHERE contact = ?1", from.Id);
    }

    private Contact Owner(long contact) => rows.Contacts.Find(contact) ?? throw new ProfileDamagedException("a draft has no conversation");
}
