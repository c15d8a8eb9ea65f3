namespace TalkyWalky.Engines.Ldap.Connections;

/// <summary>A connection broke, or an answer did not come in time. The message is a sentence for the administrator.</summary>
internal sealed class LinkException : Exception
{
    public LinkException(string message) : base(message) { }

    public LinkException(string message, Exception inner) : base(message, inner) { }
}
