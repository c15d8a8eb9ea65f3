namespace TalkyWalky.Client.Lines;

public sealed record PersonLine(string User, string Username, string FullName, PersonPresence Presence, DateTimeOffset? LastSeen, string? Name)
{
    public static PersonLine From(PersonInfo person) =>
        new(person.User.ToString(), person.Username, person.FullName, person.Presence, person.LastSeen, person.Name);
}
