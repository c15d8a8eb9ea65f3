namespace TalkyWalky.Authority;

/// <summary>The authority cannot work. The message says what to do.</summary>
public sealed class AuthorityException : Exception
{
    public AuthorityException(string message) : base(message) { }

    public AuthorityException(string message, Exception inner) : base(message, inner) { }
}
