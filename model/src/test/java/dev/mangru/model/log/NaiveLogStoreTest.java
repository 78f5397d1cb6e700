package dev.mangru.model.log;

/// The oracle keeps its own promises.
class NaiveLogStoreTest extends LogStoreContract {

  @Override
  protected LogStore open() {
    return new NaiveLogStore();
  }
}
